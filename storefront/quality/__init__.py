"""What is proven: laboratory reports, site certificates, and the badges that follow from them."""
