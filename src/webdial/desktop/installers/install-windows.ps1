# Installs Webdial's desktop helper for the user who runs this, without administrator's rights:
#     powershell -ExecutionPolicy Bypass -File install-windows.ps1 CODE
# with the code that My account | Computers shows. Without a code: the newest helper on a computer that is
# paired already. With -Remove it takes everything away again.
param([string]$Code = "", [switch]$Remove)
$ErrorActionPreference = "Stop"
$folder = Join-Path $env:LOCALAPPDATA "webdial-desktop"
$helper = Join-Path $folder "webdial-desktop.pyz"

function Find-Python {
    foreach ($each in @("py.exe", "python.exe")) {
        $found = Get-Command $each -ErrorAction SilentlyContinue
        if ($found) {
            $python = & $found.Source -c "import sys; print(sys.executable if sys.version_info >= (3, 11) else '')"
            if ($LASTEXITCODE -eq 0 -and $python) { return $python }
        }
    }
    throw "Python 3.11 or newer is missing. Install it from python.org first."
}

function Invoke-Helper {
    & $python $helper @args
    if ($LASTEXITCODE -ne 0) { throw "The helper's command $($args[0]) failed." }
}

function Stop-Helper {
    Get-CimInstance Win32_Process -Filter "Name like 'python%.exe'" |
        Where-Object { $_.CommandLine -like "*$helper*run*" } |
        ForEach-Object { Stop-Process -Id $_.ProcessId -Force }
}

$python = Find-Python
if ($Remove) {
    Stop-Helper
    if (Test-Path $helper) { Invoke-Helper unregister }
    Remove-Item -Recurse -Force -ErrorAction SilentlyContinue $folder, (Join-Path $env:APPDATA "webdial-desktop")
    "Webdial is gone from this computer. Revoke it under My account | Computers."
    exit 0
}
New-Item -ItemType Directory -Force $folder | Out-Null
Stop-Helper
[IO.File]::WriteAllBytes($helper, [Convert]::FromBase64String(@"
@HELPER@
"@))
if ($Code) { Invoke-Helper pair $Code }
Invoke-Helper register
$quiet = Join-Path (Split-Path $python) "pythonw.exe"
if (-not (Test-Path $quiet)) { $quiet = $python }
Start-Process -WindowStyle Hidden $quiet -ArgumentList "`"$helper`"", "run"
Invoke-Helper status
