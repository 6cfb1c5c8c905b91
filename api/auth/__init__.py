"""Who is calling: tokens and the keys behind them."""
