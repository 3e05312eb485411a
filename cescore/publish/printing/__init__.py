"""From a page to the PDF that lasts: fonts, characters, layout, attachments."""
