"""Every figure with its command and its Python: small pictures, and a site that stands alone.

``frenemy.gallery.entries``
    Which figures there are.
``frenemy.gallery.thumbnails``
    Their small pictures, which ship with the package.
``frenemy.gallery.site``
    :func:`~frenemy.gallery.site.build`: all figures in full, and pages about them, into a folder.
``frenemy.gallery.prose``
    A lesson's story as HTML with MathML.
"""
