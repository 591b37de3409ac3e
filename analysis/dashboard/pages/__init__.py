"""The pages, a file each: an address and the shelf in, components out."""
