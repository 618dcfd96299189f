"""Stockroom: products, stock movements, orders and the people who handle them."""
