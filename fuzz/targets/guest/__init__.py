"""Guest code that fuzz targets compile: the OS's parts as plain functions."""
