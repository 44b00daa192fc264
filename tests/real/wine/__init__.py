"""Windows as far as wine has it: a real Windows Python, and a stand-in for its telephony."""
