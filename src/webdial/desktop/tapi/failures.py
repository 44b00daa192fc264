"""Every failure code of TAPI, with its sentence. tapi.h has the names; a test holds both together."""

from typing import Final

from webdial.desktop.marking import translatable as _

LINE_FAILURES: Final = {
    0x80000001: ("ALLOCATED", _("The line is taken by another program, such as a fax or modem program.")),
    0x80000002: ("BADDEVICEID", _("The line is not there any more.")),
    0x80000003: ("BEARERMODEUNAVAIL", _("The line carries no voice calls now.")),
    0x80000005: ("CALLUNAVAIL", _("The line has as many calls as it can have.")),
    0x80000006: ("COMPLETIONOVERRUN", _("Too many calls wait for a busy number already.")),
    0x80000007: ("CONFERENCEFULL", _("The conference has as many people as it can have.")),
    0x80000008: ("DIALBILLING", _("The line cannot wait for the tone of a calling card.")),
    0x80000009: ("DIALDIALTONE", _("The line cannot wait for a dial tone in the middle of a number.")),
    0x8000000A: ("DIALPROMPT", _("The line cannot ask the person in the middle of a number.")),
    0x8000000B: ("DIALQUIET", _("The line cannot wait for silence in the middle of a number.")),
    0x8000000C: ("INCOMPATIBLEAPIVERSION", _("The line's driver is for another version of TAPI.")),
    0x8000000D: ("INCOMPATIBLEEXTVERSION", _("The line's driver does not have this extension.")),
    0x8000000E: ("INIFILECORRUPT", _("Windows' telephony settings are damaged. Set the line up anew.")),
    0x8000000F: ("INUSE", _("The line is in use.")),
    0x80000010: ("INVALADDRESS", _("The line does not take this number.")),
    0x80000011: ("INVALADDRESSID", _("The line has no such address.")),
    0x80000012: ("INVALADDRESSMODE", _("The line does not know this kind of address.")),
    0x80000013: ("INVALADDRESSSTATE", _("The line's address is in no state for this.")),
    0x80000014: ("INVALAPPHANDLE", _("Windows has ended the connection to its telephony.")),
    0x80000015: ("INVALAPPNAME", _("Windows does not take the program's name.")),
    0x80000016: ("INVALBEARERMODE", _("The line does not carry voice.")),
    0x80000017: ("INVALCALLCOMPLMODE", _("The line cannot wait for a busy number in this way.")),
    0x80000018: ("INVALCALLHANDLE", _("The call is not there any more.")),
    0x80000019: ("INVALCALLPARAMS", _("The line's driver does not take calls of this kind.")),
    0x8000001A: ("INVALCALLPRIVILEGE", _("Windows does not let this program make calls on the line.")),
    0x8000001B: ("INVALCALLSELECT", _("The line does not know this choice of calls.")),
    0x8000001C: ("INVALCALLSTATE", _("The call is in no state for this.")),
    0x8000001D: ("INVALCALLSTATELIST", _("The line does not know these states of a call.")),
    0x8000001E: ("INVALCARD", _("The calling card that is set in Windows is not known.")),
    0x8000001F: ("INVALCOMPLETIONID", _("Nothing waits for that busy number any more.")),
    0x80000020: ("INVALCONFCALLHANDLE", _("The conference is not there any more.")),
    0x80000021: ("INVALCONSULTCALLHANDLE", _("The consultation call is not there any more.")),
    0x80000022: ("INVALCOUNTRYCODE", _("The line does not know the country's code.")),
    0x80000023: ("INVALDEVICECLASS", _("The line has no device of this kind.")),
    0x80000024: ("INVALDEVICEHANDLE", _("The device is not there any more.")),
    0x80000025: ("INVALDIALPARAMS", _("The line cannot dial at this speed.")),
    0x80000026: ("INVALDIGITLIST", _("The line does not take this list of digits.")),
    0x80000027: ("INVALDIGITMODE", _("The line does not send digits in this way.")),
    0x80000028: ("INVALDIGITS", _("The number has signs that the line cannot send.")),
    0x80000029: ("INVALEXTVERSION", _("The line's driver has no extension of this version.")),
    0x8000002A: ("INVALGROUPID", _("The group of lines is not known.")),
    0x8000002B: ("INVALLINEHANDLE", _("The line is not open any more.")),
    0x8000002C: ("INVALLINESTATE", _("The line is in no state for a call.")),
    0x8000002D: ("INVALLOCATION", _("The location that is set in Windows is not known.")),
    0x8000002E: ("INVALMEDIALIST", _("The line does not know these kinds of calls.")),
    0x8000002F: ("INVALMEDIAMODE", _("The line is not for voice.")),
    0x80000030: ("INVALMESSAGEID", _("Windows does not know this message.")),
    0x80000032: ("INVALPARAM", _("The line's driver does not take what it was given.")),
    0x80000033: ("INVALPARKID", _("The call cannot be parked there.")),
    0x80000034: ("INVALPARKMODE", _("The line cannot park calls in this way.")),
    0x80000035: ("INVALPOINTER", _("Windows' telephony could not read what it was given.")),
    0x80000036: ("INVALPRIVSELECT", _("The line does not give this right.")),
    0x80000037: ("INVALRATE", _("The line does not have this speed.")),
    0x80000038: ("INVALREQUESTMODE", _("Windows does not know this kind of request.")),
    0x80000039: ("INVALTERMINALID", _("The line has no such telephone.")),
    0x8000003A: ("INVALTERMINALMODE", _("The line's telephone cannot be used in this way.")),
    0x8000003B: ("INVALTIMEOUT", _("The line does not take this waiting time.")),
    0x8000003C: ("INVALTONE", _("The line does not have this tone.")),
    0x8000003D: ("INVALTONELIST", _("The line does not take this list of tones.")),
    0x8000003E: ("INVALTONEMODE", _("The line does not make tones in this way.")),
    0x8000003F: ("INVALTRANSFERMODE", _("The line cannot transfer calls in this way.")),
    0x80000040: ("LINEMAPPERFAILED", _("Windows found no line for the call.")),
    0x80000041: ("NOCONFERENCE", _("The call is in no conference.")),
    0x80000042: ("NODEVICE", _("The line's device is missing or switched off.")),
    0x80000043: ("NODRIVER", _("The line's driver is missing or does not start. Install it anew.")),
    0x80000044: ("NOMEM", _("Windows has too little memory.")),
    0x80000045: ("NOREQUEST", _("No request waits.")),
    0x80000046: ("NOTOWNER", _("The call belongs to another program.")),
    0x80000047: ("NOTREGISTERED", _("The program is not registered for requests.")),
    0x80000048: ("OPERATIONFAILED", _("The line's driver could not do it, and does not say why.")),
    0x80000049: ("OPERATIONUNAVAIL", _("The line cannot make calls for other programs.")),
    0x8000004A: ("RATEUNAVAIL", _("The line's speed is not free now.")),
    0x8000004B: ("RESOURCEUNAVAIL", _("Windows or the phone system has nothing free for the call.")),
    0x8000004C: ("REQUESTOVERRUN", _("Too many requests wait already.")),
    0x8000004D: ("STRUCTURETOOSMALL", _("The line's driver wants more room than it was given.")),
    0x8000004E: ("TARGETNOTFOUND", _("Nobody takes the call over.")),
    0x8000004F: ("TARGETSELF", _("The call would be handed to the program that has it.")),
    0x80000050: ("UNINITIALIZED", _("Windows' telephony is not started for this program.")),
    0x80000051: ("USERUSERINFOTOOBIG", _("The call carries more information than the line takes.")),
    0x80000052: ("REINIT", _("Windows' telephony is being set up anew. Dial again in a moment.")),
    0x80000053: ("ADDRESSBLOCKED", _("The phone system does not allow this number.")),
    0x80000054: ("BILLINGREJECTED", _("The phone system does not take the way of paying.")),
    0x80000055: ("INVALFEATURE", _("The line does not have this function.")),
    0x80000056: ("NOMULTIPLEINSTANCE", _("The line's driver can be installed once alone.")),
    0x80000057: ("INVALAGENTID", _("The agent is not known.")),
    0x80000058: ("INVALAGENTGROUP", _("The agent's group is not known.")),
    0x80000059: ("INVALPASSWORD", _("The password is wrong.")),
    0x8000005A: ("INVALAGENTSTATE", _("The agent's state is not known.")),
    0x8000005B: ("INVALAGENTACTIVITY", _("The agent's activity is not known.")),
    0x8000005C: ("DIALVOICEDETECT", _("The line cannot wait for a voice in the middle of a number.")),
    0x8000005D: ("USERCANCELLED", _("The person at the computer has cancelled it.")),
    0x8000005E: ("INVALADDRESSTYPE", _("The line does not take addresses of this type.")),
    0x8000005F: ("INVALAGENTSESSIONSTATE", _("The agent's session is in no state for this.")),
    0x80000060: ("DISCONNECTED", _("The phone system has ended the connection to the line.")),
    0x80000061: ("SERVICE_NOT_RUNNING", _("Windows' telephony service is not running. Start it.")),
}  # fmt: skip
"""LINEERR_...: name and sentence by the code, as an unsigned number of 32 bits."""

REQUEST_FAILURES: Final = {
    -1: ("DROPPED", _("The call was ended.")),
    -2: ("NOREQUESTRECIPIENT", _("No program for telephone calls runs here, and none could be started.")),
    -3: ("REQUESTQUEUEFULL", _("The program for telephone calls has too many requests waiting.")),
    -4: ("INVALDESTADDRESS", _("The program for telephone calls does not take this number.")),
    -5: ("INVALWINDOWHANDLE", _("The window is not there any more.")),
    -6: ("INVALDEVICECLASS", _("There is no device of this kind.")),
    -7: ("INVALDEVICEID", _("The device is not there any more.")),
    -8: ("DEVICECLASSUNAVAIL", _("No device of this kind is free.")),
    -9: ("DEVICEIDUNAVAIL", _("The device is not free.")),
    -10: ("DEVICEINUSE", _("The device is in use.")),
    -11: ("DESTBUSY", _("The number is busy.")),
    -12: ("DESTNOANSWER", _("Nobody answers.")),
    -13: ("DESTUNAVAIL", _("The number cannot be reached.")),
    -14: ("UNKNOWNWINHANDLE", _("The window is not known.")),
    -15: ("UNKNOWNREQUESTID", _("The request is not known.")),
    -16: ("REQUESTFAILED", _("The program for telephone calls failed, and does not say why.")),
    -17: ("REQUESTCANCELLED", _("The program for telephone calls has cancelled it.")),
    -18: ("INVALPOINTER", _("Windows' telephony could not read what it was given.")),
    -19: ("NOTADMIN", _("Only an administrator of the computer may do this.")),
    -20: ("MMCWRITELOCKED", _("Windows' telephony is being administered just now.")),
    -21: ("PROVIDERALREADYINSTALLED", _("The driver is installed already.")),
    -22: ("SCP_ALREADY_EXISTS", _("The telephony server is entered in the directory already.")),
    -23: ("SCP_DOES_NOT_EXIST", _("The telephony server is not entered in the directory.")),
}  # fmt: skip
"""TAPIERR_...: name and sentence by the code."""

NO_RECIPIENT: Final = -2


class TapiError(Exception):
    """A function of TAPI failed, so that nothing was dialled by it. `str()` is the sentence."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


def line_failure(code: int) -> TapiError:
    """What a function of a line answered; `code` is below zero."""
    return _failure(LINE_FAILURES, "LINEERR", code & 0xFFFFFFFF, code)


def request_failure(code: int) -> TapiError:
    """What `tapiRequestMakeCall` answered; `code` is below zero."""
    return _failure(REQUEST_FAILURES, "TAPIERR", code, code)


def _failure(table: dict[int, tuple[str, str]], prefix: str, key: int, code: int) -> TapiError:
    if key in table:
        name, sentence = table[key]
        return TapiError(f"{sentence} ({prefix}_{name})", code)
    return TapiError(f"Windows' telephony failed with a code that is not known ({key}).", code)
