"""Who may use the broker: access rules from the site file, and certificates from the site's own authority."""
