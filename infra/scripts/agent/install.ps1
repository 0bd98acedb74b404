# Puts Tiepoint's agent on a scheduler on Windows, or a newer one; run by the panel over SSH as an administrator.
# $package is set by the panel: the agent as one file. The agent runs as a task that starts with the machine.
$ErrorActionPreference = 'Stop'
$place = 'C:\Tiepoint'
New-Item -ItemType Directory -Force -Path $place, "$place\home" | Out-Null
# Folders at the top of a disk may be written by everybody who signs in; what lies here runs as this account.
& icacls.exe $place /inheritance:r /grant:r '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-18:(OI)(CI)F' "${env:USERDOMAIN}\${env:USERNAME}:(OI)(CI)M" /Q | Out-Null
if ($LASTEXITCODE -ne 0) { throw "The rights on $place cannot be set." }
$python = (& py -3 -c 'import sys; print(sys.executable)')
if (-not $python) { throw 'Python 3.11 or newer is needed.' }
Copy-Item -Force $package "$place\tiepoint-agent.new.pyz"
& $python "$place\tiepoint-agent.new.pyz" version | Out-Null
if ($LASTEXITCODE -ne 0) { throw 'The agent does not run here.' }
Move-Item -Force "$place\tiepoint-agent.new.pyz" "$place\tiepoint-agent.pyz"
Remove-Item -Force $package
if (-not (Test-Path "$place\agent.json")) {
    '{"engine": "metashape", "work": "C:\\work"}' | Set-Content -Encoding ascii "$place\agent.json"
}
@"
@echo off
rem Joins an SSH session of the panel to the agent: what comes goes to it, what it says comes back. No port is opened.
set TIEPOINT_HOME=$place\home
set TIEPOINT_AGENT_CONFIG=$place\agent.json
"$python" "$place\tiepoint-agent.pyz" connect
"@ | Set-Content -Encoding ascii "$place\connect.cmd"
@"
@echo off
set TIEPOINT_HOME=$place\home
set TIEPOINT_AGENT_CONFIG=$place\agent.json
:again
"$python" "$place\tiepoint-agent.pyz" run --idle-s 0
timeout /t 2 /nobreak >nul
goto again
"@ | Set-Content -Encoding ascii "$place\agent.cmd"
$action = New-ScheduledTaskAction -Execute "$place\agent.cmd"
$trigger = New-ScheduledTaskTrigger -AtStartup
# The pipe of the agent belongs to the account that runs it: the one that people sign in with.
$account = New-ScheduledTaskPrincipal -UserId "$env:USERDOMAIN\$env:USERNAME" -LogonType S4U -RunLevel Limited
$set = New-ScheduledTaskSettingsSet -ExecutionTimeLimit 0 -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -AllowStartIfOnBatteries
Register-ScheduledTask -Force -TaskName 'Tiepoint agent' -Action $action -Trigger $trigger -Principal $account -Settings $set | Out-Null
$env:TIEPOINT_HOME = "$place\home"
$env:TIEPOINT_AGENT_CONFIG = "$place\agent.json"
if ((Get-ScheduledTask 'Tiepoint agent').State -eq 'Running') {
    & $python "$place\tiepoint-agent.pyz" stop idle
} else {
    Start-ScheduledTask 'Tiepoint agent'
}
Write-Output 'tiepoint: installed'
