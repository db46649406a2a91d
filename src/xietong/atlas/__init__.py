"""The cluster map: registers of establishments, and the editions that are compiled from them."""
