"""What people see: views by subject, thin over webdial.site.domain and the exchange."""
