"""Gates: what every part of the project has to keep to, checked on the files themselves."""
