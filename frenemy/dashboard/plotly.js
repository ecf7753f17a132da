// All charts of a page share one script. A page that lost its server may try again.
function plotly(address) {
  window.plotlyScript ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : script.onerror());
    script.onerror = () => {
      window.plotlyScript = undefined;
      script.remove();
      reject(new Error(`${address} cannot be loaded; load this page again`));
    };
    document.head.append(script);
  });
  return window.plotlyScript;
}
