"""All files that come in or go out: workbooks and packages."""
