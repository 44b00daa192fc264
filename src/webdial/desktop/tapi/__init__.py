"""Dialling by TAPI, the telephony of Windows, over tapi32.dll.

Two ways. A line of the machine is opened and the call followed until it is connected or ended (calls.py,
lines.py). Or the number is handed to the machine's own program for calls, and nothing more is known
(request.py). dialling.py chooses between them; the rest says what Windows' functions and codes are.

Sources: learn.microsoft.com, "Telephony Application Programming Interfaces", TAPI 2.x; mingw-w64's tapi.h.
"""
