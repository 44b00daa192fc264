"""What is done (acts) and read (readings) in the site, as plain functions named for it.

Acts raise the errors of webdial.errors and are one transaction each; whatever changes what a dial
reads does so within `configuration_change`, so that every process takes it up.
"""
