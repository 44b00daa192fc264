"""Every failure code of TAPI, with its sentence. tapi.h has the names; a test holds both together."""

from typing import Final

LINE_FAILURES: Final = {
    0x80000001: ("ALLOCATED", "The line is taken by another program, such as a fax or modem program."),
    0x80000002: ("BADDEVICEID", "The line is not there any more."),
    0x80000003: ("BEARERMODEUNAVAIL", "The line carries no voice calls now."),
    0x80000005: ("CALLUNAVAIL", "The line has as many calls as it can have."),
    0x80000006: ("COMPLETIONOVERRUN", "Too many calls wait for a busy number already."),
    0x80000007: ("CONFERENCEFULL", "The conference has as many people as it can have."),
    0x80000008: ("DIALBILLING", "The line cannot wait for the tone of a calling card."),
    0x80000009: ("DIALDIALTONE", "The line cannot wait for a dial tone in the middle of a number."),
    0x8000000A: ("DIALPROMPT", "The line cannot ask the person in the middle of a number."),
    0x8000000B: ("DIALQUIET", "The line cannot wait for silence in the middle of a number."),
    0x8000000C: ("INCOMPATIBLEAPIVERSION", "The line's driver is for another version of TAPI."),
    0x8000000D: ("INCOMPATIBLEEXTVERSION", "The line's driver does not have this extension."),
    0x8000000E: ("INIFILECORRUPT", "Windows' telephony settings are damaged. Set the line up anew."),
    0x8000000F: ("INUSE", "The line is in use."),
    0x80000010: ("INVALADDRESS", "The line does not take this number."),
    0x80000011: ("INVALADDRESSID", "The line has no such address."),
    0x80000012: ("INVALADDRESSMODE", "The line does not know this kind of address."),
    0x80000013: ("INVALADDRESSSTATE", "The line's address is in no state for this."),
    0x80000014: ("INVALAPPHANDLE", "Windows has ended the connection to its telephony."),
    0x80000015: ("INVALAPPNAME", "Windows does not take the program's name."),
    0x80000016: ("INVALBEARERMODE", "The line does not carry voice."),
    0x80000017: ("INVALCALLCOMPLMODE", "The line cannot wait for a busy number in this way."),
    0x80000018: ("INVALCALLHANDLE", "The call is not there any more."),
    0x80000019: ("INVALCALLPARAMS", "The line's driver does not take calls of this kind."),
    0x8000001A: ("INVALCALLPRIVILEGE", "Windows does not let this program make calls on the line."),
    0x8000001B: ("INVALCALLSELECT", "The line does not know this choice of calls."),
    0x8000001C: ("INVALCALLSTATE", "The call is in no state for this."),
    0x8000001D: ("INVALCALLSTATELIST", "The line does not know these states of a call."),
    0x8000001E: ("INVALCARD", "The calling card that is set in Windows is not known."),
    0x8000001F: ("INVALCOMPLETIONID", "Nothing waits for that busy number any more."),
    0x80000020: ("INVALCONFCALLHANDLE", "The conference is not there any more."),
    0x80000021: ("INVALCONSULTCALLHANDLE", "The consultation call is not there any more."),
    0x80000022: ("INVALCOUNTRYCODE", "The line does not know the country's code."),
    0x80000023: ("INVALDEVICECLASS", "The line has no device of this kind."),
    0x80000024: ("INVALDEVICEHANDLE", "The device is not there any more."),
    0x80000025: ("INVALDIALPARAMS", "The line cannot dial at this speed."),
    0x80000026: ("INVALDIGITLIST", "The line does not take this list of digits."),
    0x80000027: ("INVALDIGITMODE", "The line does not send digits in this way."),
    0x80000028: ("INVALDIGITS", "The number has signs that the line cannot send."),
    0x80000029: ("INVALEXTVERSION", "The line's driver has no extension of this version."),
    0x8000002A: ("INVALGROUPID", "The group of lines is not known."),
    0x8000002B: ("INVALLINEHANDLE", "The line is not open any more."),
    0x8000002C: ("INVALLINESTATE", "The line is in no state for a call."),
    0x8000002D: ("INVALLOCATION", "The location that is set in Windows is not known."),
    0x8000002E: ("INVALMEDIALIST", "The line does not know these kinds of calls."),
    0x8000002F: ("INVALMEDIAMODE", "The line is not for voice."),
    0x80000030: ("INVALMESSAGEID", "Windows does not know this message."),
    0x80000032: ("INVALPARAM", "The line's driver does not take what it was given."),
    0x80000033: ("INVALPARKID", "The call cannot be parked there."),
    0x80000034: ("INVALPARKMODE", "The line cannot park calls in this way."),
    0x80000035: ("INVALPOINTER", "Windows' telephony could not read what it was given."),
    0x80000036: ("INVALPRIVSELECT", "The line does not give this right."),
    0x80000037: ("INVALRATE", "The line does not have this speed."),
    0x80000038: ("INVALREQUESTMODE", "Windows does not know this kind of request."),
    0x80000039: ("INVALTERMINALID", "The line has no such telephone."),
    0x8000003A: ("INVALTERMINALMODE", "The line's telephone cannot be used in this way."),
    0x8000003B: ("INVALTIMEOUT", "The line does not take this waiting time."),
    0x8000003C: ("INVALTONE", "The line does not have this tone."),
    0x8000003D: ("INVALTONELIST", "The line does not take this list of tones."),
    0x8000003E: ("INVALTONEMODE", "The line does not make tones in this way."),
    0x8000003F: ("INVALTRANSFERMODE", "The line cannot transfer calls in this way."),
    0x80000040: ("LINEMAPPERFAILED", "Windows found no line for the call."),
    0x80000041: ("NOCONFERENCE", "The call is in no conference."),
    0x80000042: ("NODEVICE", "The line's device is missing or switched off."),
    0x80000043: ("NODRIVER", "The line's driver is missing or does not start. Install it anew."),
    0x80000044: ("NOMEM", "Windows has too little memory."),
    0x80000045: ("NOREQUEST", "No request waits."),
    0x80000046: ("NOTOWNER", "The call belongs to another program."),
    0x80000047: ("NOTREGISTERED", "The program is not registered for requests."),
    0x80000048: ("OPERATIONFAILED", "The line's driver could not do it, and does not say why."),
    0x80000049: ("OPERATIONUNAVAIL", "The line cannot make calls for other programs."),
    0x8000004A: ("RATEUNAVAIL", "The line's speed is not free now."),
    0x8000004B: ("RESOURCEUNAVAIL", "Windows or the phone system has nothing free for the call."),
    0x8000004C: ("REQUESTOVERRUN", "Too many requests wait already."),
    0x8000004D: ("STRUCTURETOOSMALL", "The line's driver wants more room than it was given."),
    0x8000004E: ("TARGETNOTFOUND", "Nobody takes the call over."),
    0x8000004F: ("TARGETSELF", "The call would be handed to the program that has it."),
    0x80000050: ("UNINITIALIZED", "Windows' telephony is not started for this program."),
    0x80000051: ("USERUSERINFOTOOBIG", "The call carries more information than the line takes."),
    0x80000052: ("REINIT", "Windows' telephony is being set up anew. Dial again in a moment."),
    0x80000053: ("ADDRESSBLOCKED", "The phone system does not allow this number."),
    0x80000054: ("BILLINGREJECTED", "The phone system does not take the way of paying."),
    0x80000055: ("INVALFEATURE", "The line does not have this function."),
    0x80000056: ("NOMULTIPLEINSTANCE", "The line's driver can be installed once alone."),
    0x80000057: ("INVALAGENTID", "The agent is not known."),
    0x80000058: ("INVALAGENTGROUP", "The agent's group is not known."),
    0x80000059: ("INVALPASSWORD", "The password is wrong."),
    0x8000005A: ("INVALAGENTSTATE", "The agent's state is not known."),
    0x8000005B: ("INVALAGENTACTIVITY", "The agent's activity is not known."),
    0x8000005C: ("DIALVOICEDETECT", "The line cannot wait for a voice in the middle of a number."),
    0x8000005D: ("USERCANCELLED", "The person at the computer has cancelled it."),
    0x8000005E: ("INVALADDRESSTYPE", "The line does not take addresses of this type."),
    0x8000005F: ("INVALAGENTSESSIONSTATE", "The agent's session is in no state for this."),
    0x80000060: ("DISCONNECTED", "The phone system has ended the connection to the line."),
    0x80000061: ("SERVICE_NOT_RUNNING", "Windows' telephony service is not running. Start it."),
}  # fmt: skip
"""LINEERR_...: name and sentence by the code, as an unsigned number of 32 bits."""

REQUEST_FAILURES: Final = {
    -1: ("DROPPED", "The call was ended."),
    -2: ("NOREQUESTRECIPIENT", "No program for telephone calls runs here, and none could be started."),
    -3: ("REQUESTQUEUEFULL", "The program for telephone calls has too many requests waiting."),
    -4: ("INVALDESTADDRESS", "The program for telephone calls does not take this number."),
    -5: ("INVALWINDOWHANDLE", "The window is not there any more."),
    -6: ("INVALDEVICECLASS", "There is no device of this kind."),
    -7: ("INVALDEVICEID", "The device is not there any more."),
    -8: ("DEVICECLASSUNAVAIL", "No device of this kind is free."),
    -9: ("DEVICEIDUNAVAIL", "The device is not free."),
    -10: ("DEVICEINUSE", "The device is in use."),
    -11: ("DESTBUSY", "The number is busy."),
    -12: ("DESTNOANSWER", "Nobody answers."),
    -13: ("DESTUNAVAIL", "The number cannot be reached."),
    -14: ("UNKNOWNWINHANDLE", "The window is not known."),
    -15: ("UNKNOWNREQUESTID", "The request is not known."),
    -16: ("REQUESTFAILED", "The program for telephone calls failed, and does not say why."),
    -17: ("REQUESTCANCELLED", "The program for telephone calls has cancelled it."),
    -18: ("INVALPOINTER", "Windows' telephony could not read what it was given."),
    -19: ("NOTADMIN", "Only an administrator of the computer may do this."),
    -20: ("MMCWRITELOCKED", "Windows' telephony is being administered just now."),
    -21: ("PROVIDERALREADYINSTALLED", "The driver is installed already."),
    -22: ("SCP_ALREADY_EXISTS", "The telephony server is entered in the directory already."),
    -23: ("SCP_DOES_NOT_EXIST", "The telephony server is not entered in the directory."),
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
