"""Administrators' screens, one module per noun, on FAB. The menu is in `app.views.register`."""
