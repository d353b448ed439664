is_swap_enabled = host.get_fact(SwapEnabled)
