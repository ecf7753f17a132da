def parse(text, names): raise NotImplementedError
