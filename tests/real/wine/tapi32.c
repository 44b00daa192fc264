/* A stand-in for Windows' tapi32.dll: a desk phone's line and a line for data, without a phone system.
 *
 * Compiled against mingw-w64's tapi.h, so what a caller hands over wrongly is refused or written down
 * garbled. What it does is told by a file that may change while it is loaded; every call is written down as
 * a line of JSON.
 *
 *   STANDIN_MODE  the file with a word and, where it wants one, a number:
 *                   connects | rings | quiet | silent | closes | idle     how a call gets on
 *                   ends MODE                                             ended as LINEDISCONNECTMODE_ MODE
 *                   busy | special                                        tones
 *                   reply CODE | call CODE | open CODE | start CODE       a failure at that step
 *                   version CODE | caps CODE                              a driver that does not answer
 *                   request CODE                                          tapiRequestMakeCall's answer
 *                   hangup                                                a connected call is ended
 *                   nodevice | two                                        no line, or a second phone
 *   STANDIN_LOG   the file that is written
 */
#define TAPI_CURRENT_VERSION 0x00020000
#include <windows.h>
#include <tapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __declspec(dllexport)
#define MAX_APPS 4096
#define MAX_QUEUED 16
#define APP 0x1000
#define LINE 0x2000
#define CALL 0x3000
#define REQUEST 0x70
#define DROP 0x71

static struct App {
    HANDLE woken;
    LINEMESSAGE queued[MAX_QUEUED];
    int first, last, is_open, has_call;
} apps[MAX_APPS];
static int app_count;
static CRITICAL_SECTION guard;

struct Mode { char word[40]; LONG number; };

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    if (reason == DLL_PROCESS_ATTACH) InitializeCriticalSection(&guard);
    return TRUE;
}

static struct Mode read_mode(void)
{
    char path[MAX_PATH] = "", text[80] = "", given[40] = "";
    struct Mode mode = { "", 0 };
    FILE *file;
    GetEnvironmentVariableA("STANDIN_MODE", path, sizeof path);
    if (!(file = fopen(path, "r"))) return mode;
    if (fgets(text, sizeof text, file) && sscanf(text, "%39s %39s", mode.word, given) == 2)
        mode.number = (LONG)strtoll(given, NULL, 0);
    fclose(file);
    return mode;
}

static void log_call(const char *name, LPCWSTR text, DWORD handle, DWORD size)
{
    char path[MAX_PATH] = "", told[1024] = "";
    FILE *file;
    GetEnvironmentVariableA("STANDIN_LOG", path, sizeof path);
    if (text) WideCharToMultiByte(CP_UTF8, 0, text, -1, told, sizeof told - 1, NULL, NULL);
    EnterCriticalSection(&guard);
    if ((file = fopen(path, "ab"))) {
        fprintf(file, "{\"call\": \"%s\", \"text\": \"%s\", \"handle\": %lu, \"size\": %lu}\n",
                name, told, handle, size);
        fclose(file);
    }
    LeaveCriticalSection(&guard);
}

static struct App *app_of(DWORD handle, DWORD base)
{
    DWORD index = handle - base;
    return index < (DWORD)app_count ? &apps[index] : NULL;
}

static void post(struct App *app, DWORD device, DWORD message, DWORD_PTR one, DWORD_PTR two)
{
    LINEMESSAGE posted = { device, message, 0, one, two, 0 };
    EnterCriticalSection(&guard);
    if (app->last < MAX_QUEUED) app->queued[app->last++] = posted;
    SetEvent(app->woken);
    LeaveCriticalSection(&guard);
}

static void post_state(struct App *app, DWORD state, DWORD detail)
{
    post(app, CALL + (DWORD)(app - apps), LINE_CALLSTATE, state, detail);
}

EXPORT LONG WINAPI tapiRequestMakeCallW(LPCWSTR destination, LPCWSTR name, LPCWSTR party, LPCWSTR comment)
{
    struct Mode mode = read_mode();
    log_call("tapiRequestMakeCallW", destination, 0, name ? lstrlenW(name) : 0);
    return !strcmp(mode.word, "request") ? mode.number : 0;
}

EXPORT LONG WINAPI lineInitializeExW(LPHLINEAPP handle, HINSTANCE instance, LINECALLBACK callback, LPCWSTR name,
                                     LPDWORD devices, LPDWORD version, LPLINEINITIALIZEEXPARAMS how)
{
    struct Mode mode = read_mode();
    struct App *app;
    log_call("lineInitializeExW", name, *version, how->dwTotalSize);
    if (!strcmp(mode.word, "start")) return mode.number;
    if (how->dwTotalSize != sizeof *how) return LINEERR_STRUCTURETOOSMALL;
    if (how->dwOptions != LINEINITIALIZEEXOPTION_USEEVENT) return LINEERR_INVALPARAM;
    if (app_count == MAX_APPS) return LINEERR_NOMEM;
    app = &apps[app_count];
    app->woken = CreateEventW(NULL, TRUE, FALSE, NULL);
    how->Handles.hEvent = app->woken;
    how->dwNeededSize = how->dwUsedSize = sizeof *how;
    *handle = APP + app_count++;
    *devices = !strcmp(mode.word, "nodevice") ? 0 : !strcmp(mode.word, "two") ? 3 : 2;
    *version = 0x00020000;
    return 0;
}

EXPORT LONG WINAPI lineNegotiateAPIVersion(HLINEAPP handle, DWORD device, DWORD low, DWORD high, LPDWORD version,
                                           LPLINEEXTENSIONID extension)
{
    struct Mode mode = read_mode();
    if (!app_of(handle, APP)) return LINEERR_INVALAPPHANDLE;
    if (!strcmp(mode.word, "version")) return mode.number;
    if (low > 0x00020000 || high < 0x00010004) return LINEERR_INCOMPATIBLEAPIVERSION;
    memset(extension, 0, sizeof *extension);
    *version = high;
    return 0;
}

EXPORT LONG WINAPI lineGetDevCapsW(HLINEAPP handle, DWORD device, DWORD version, DWORD extension,
                                   LPLINEDEVCAPS told)
{
    struct Mode mode = read_mode();
    static const WCHAR *names[] = { L"WAN Miniport", L"Desk phone 7042 \x2713", L"Second phone" };
    /* Before its name each driver tells of itself, at such a length that 4 KiB do not suffice. */
    DWORD room = told->dwTotalSize, before = sizeof *told + 6000;
    DWORD length = (lstrlenW(names[device]) + 1) * sizeof(WCHAR);
    if (!app_of(handle, APP)) return LINEERR_INVALAPPHANDLE;
    if (!strcmp(mode.word, "caps")) return mode.number;
    if (room < sizeof *told) return LINEERR_STRUCTURETOOSMALL;
    memset(told, 0, room);
    told->dwTotalSize = room;
    told->dwNeededSize = before + length;
    told->dwUsedSize = sizeof *told;
    told->dwPermanentLineID = 0xA0000 + device;
    told->dwStringFormat = STRINGFORMAT_UNICODE;
    told->dwMediaModes = device ? LINEMEDIAMODE_INTERACTIVEVOICE | LINEMEDIAMODE_UNKNOWN : LINEMEDIAMODE_DIGITALDATA;
    told->dwLineFeatures = LINEFEATURE_MAKECALL;
    if (room < told->dwNeededSize) return 0;
    told->dwUsedSize = told->dwNeededSize;
    told->dwLineNameOffset = before;
    told->dwLineNameSize = length;
    memcpy((char *)told + before, names[device], length);
    return 0;
}

EXPORT LONG WINAPI lineOpenW(HLINEAPP handle, DWORD device, LPHLINE line, DWORD version, DWORD extension,
                             DWORD_PTR instance, DWORD privileges, DWORD media, LPLINECALLPARAMS const call)
{
    struct Mode mode = read_mode();
    struct App *app = app_of(handle, APP);
    log_call("lineOpenW", NULL, device, version);
    if (!app) return LINEERR_INVALAPPHANDLE;
    if (!strcmp(mode.word, "open")) return mode.number;
    if (privileges != LINECALLPRIVILEGE_NONE) return LINEERR_INVALPRIVSELECT;
    if (media != LINEMEDIAMODE_INTERACTIVEVOICE || !device) return LINEERR_INVALMEDIAMODE;
    app->is_open = 1;
    *line = LINE + (DWORD)(app - apps);
    return 0;
}

static void play(struct App *app, struct Mode mode)
{
    DWORD line = LINE + (DWORD)(app - apps);
    if (!strcmp(mode.word, "silent")) return;
    post(app, line, LINE_REPLY, REQUEST, !strcmp(mode.word, "reply") ? (DWORD)mode.number : 0);
    if (!strcmp(mode.word, "reply") || !strcmp(mode.word, "quiet")) return;
    post_state(app, LINECALLSTATE_DIALTONE, 0);
    post_state(app, LINECALLSTATE_DIALING, 0);
    if (!strcmp(mode.word, "closes")) { post(app, line, LINE_CLOSE, 0, 0); return; }
    if (!strcmp(mode.word, "idle")) { post_state(app, LINECALLSTATE_IDLE, 0); return; }
    post_state(app, LINECALLSTATE_PROCEEDING, 0);
    if (!strcmp(mode.word, "busy")) { post_state(app, LINECALLSTATE_BUSY, 1); return; }
    if (!strcmp(mode.word, "special")) { post_state(app, LINECALLSTATE_SPECIALINFO, LINESPECIALINFO_NOCIRCUIT); return; }
    if (!strcmp(mode.word, "ends")) { post_state(app, LINECALLSTATE_DISCONNECTED, mode.number); return; }
    post_state(app, LINECALLSTATE_RINGBACK, 0);
    if (!!strcmp(mode.word, "rings")) post_state(app, LINECALLSTATE_CONNECTED, 0);
}

EXPORT LONG WINAPI lineMakeCallW(HLINE line, LPHCALL call, LPCWSTR destination, DWORD country,
                                 LPLINECALLPARAMS const how)
{
    struct Mode mode = read_mode();
    struct App *app = app_of(line, LINE);
    log_call("lineMakeCallW", destination, line, country);
    if (!app || !app->is_open) return LINEERR_INVALLINEHANDLE;
    if (!strcmp(mode.word, "call")) return mode.number;
    app->has_call = 1;
    *call = CALL + (DWORD)(app - apps);
    play(app, mode);
    return REQUEST;
}

EXPORT LONG WINAPI lineGetMessage(HLINEAPP handle, LPLINEMESSAGE message, DWORD limit_ms)
{
    struct App *app = app_of(handle, APP);
    LONG answer = 0;
    if (!app) return LINEERR_INVALAPPHANDLE;
    WaitForSingleObject(app->woken, limit_ms);
    if (app->first == app->last && app->has_call == 1 && !strcmp(read_mode().word, "hangup")) {
        app->has_call = 2;
        post_state(app, LINECALLSTATE_DISCONNECTED, LINEDISCONNECTMODE_NORMAL);
    }
    EnterCriticalSection(&guard);
    if (app->first == app->last) answer = LINEERR_OPERATIONFAILED;
    else *message = app->queued[app->first++];
    if (app->first == app->last) ResetEvent(app->woken);
    LeaveCriticalSection(&guard);
    return answer;
}

EXPORT LONG WINAPI lineDrop(HCALL call, LPCSTR information, DWORD size)
{
    struct App *app = app_of(call, CALL);
    log_call("lineDrop", NULL, call, size);
    if (!app || !app->has_call) return LINEERR_INVALCALLHANDLE;
    post(app, LINE + (DWORD)(app - apps), LINE_REPLY, DROP, 0);
    post_state(app, LINECALLSTATE_IDLE, 0);
    return DROP;
}

EXPORT LONG WINAPI lineDeallocateCall(HCALL call)
{
    log_call("lineDeallocateCall", NULL, call, 0);
    return app_of(call, CALL) ? 0 : LINEERR_INVALCALLHANDLE;
}

EXPORT LONG WINAPI lineClose(HLINE line)
{
    log_call("lineClose", NULL, line, 0);
    return app_of(line, LINE) ? 0 : LINEERR_INVALLINEHANDLE;
}

EXPORT LONG WINAPI lineShutdown(HLINEAPP handle)
{
    log_call("lineShutdown", NULL, handle, 0);
    return app_of(handle, APP) ? 0 : LINEERR_INVALAPPHANDLE;
}
