# Sets a Windows scheduler up: SSH, the guard, Metashape's server, the domain. Can be run again at any time.
. 'C:\ProgramData\Tiepoint\common.ps1'

# The panel joins by SSH, on Windows as on Linux; sign-in by password is off.
function Install-Ssh {
    if (-not (Get-Service sshd -ErrorAction SilentlyContinue)) {
        Invoke-Patiently 15 { Add-WindowsCapability -Online -Name 'OpenSSH.Server~~~~0.0.1.0' | Out-Null }
    }
    $file = Join-Path $env:ProgramData 'ssh\sshd_config'
    if (-not (Test-Path $file)) { Start-Service sshd; Start-Sleep -Seconds 5 }
    $lines = (Get-Content $file) -replace '^#?PasswordAuthentication .*', 'PasswordAuthentication no'
    Set-Content -Encoding Ascii -Path $file -Value $lines
    Set-Service sshd -StartupType Automatic
    Restart-Service sshd
}

# Metashape's server needs no licence. From the studio's own address; nothing is installed where none was given.
function Install-Server {
    $address = Get-Fact 'metashape'
    if (-not $address) { Write-Output 'tiepoint: no installer of Metashape was given (metashapeAddress)'; return }
    $program = 'C:\Program Files\Agisoft\Metashape Pro\metashape-server.exe'
    if (-not (Test-Path $program)) {
        $file = Join-Path $env:TEMP 'metashape.msi'
        Invoke-Patiently 20 { Invoke-WebRequest -UseBasicParsing -Uri $address -OutFile $file }
        $done = Start-Process -Wait -PassThru msiexec.exe -ArgumentList '/i', "`"$file`"", '/qn', '/norestart'
        if ($done.ExitCode -notin 0, 3010) { throw "Metashape's installer ended with $($done.ExitCode)." }
        Remove-Item $file
    }
    $own = (Get-NetIPAddress -AddressFamily IPv4 | Where-Object { $_.IPAddress -notlike '127.*' -and $_.IPAddress -notlike '169.254.*' } | Select-Object -First 1).IPAddress
    Register-Always 'Tiepoint Metashape server' $program "--host ${own}:5840 --resume-workers"
    New-NetFirewallRule -Name 'Tiepoint-5840' -DisplayName 'Metashape server' -Direction Inbound -Protocol TCP -LocalPort 5840 -RemoteAddress LocalSubnet -Action Allow -ErrorAction SilentlyContinue | Out-Null
}

# A program that runs from start to stop of this computer and again when it ends; it is no service by itself.
function Register-Always([string] $Name, [string] $Program, [string] $Arguments) {
    $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1)
    Register-ScheduledTask -Force -TaskName $Name -User 'NETWORK SERVICE' -Settings $settings `
        -Action (New-ScheduledTaskAction -Execute $Program -Argument $Arguments) -Trigger (New-ScheduledTaskTrigger -AtStartup) | Out-Null
    Start-ScheduledTask -TaskName $Name
}

function Install-Guard {
    $arm = (Get-Fact 'arm_endpoint').TrimEnd('/')
    $told = [ordered] @{
        schema_version = 1; role = Get-Fact 'role'; name = $env:COMPUTERNAME.ToLowerInvariant(); cluster = Get-Fact 'cluster'
        blob_endpoint = Get-Fact 'blob_endpoint'; arm_endpoint = $arm; arm_audience = "$arm/"
        storage_audience = 'https://storage.azure.com/'; idle_minutes = [int] (Get-Fact 'idle_minutes')
    }
    $text = $told | ConvertTo-Json
    [IO.File]::WriteAllText((Join-Path $script:Place 'guard.json'), $text, (New-Object Text.UTF8Encoding $false))
    $guard = Join-Path $script:Place 'guard.ps1'
    $trigger = New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes 1)
    $settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Minutes 2)
    Register-ScheduledTask -Force -TaskName 'Tiepoint guard' -User 'SYSTEM' -RunLevel Highest -Trigger $trigger -Settings $settings `
        -Action (New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -ExecutionPolicy Bypass -File `"$guard`"") | Out-Null
}

Install-Guard
Install-Ssh
if ((Get-Fact 'engine') -eq 'metashape') { Install-Server }
Join-Domain
Write-Output 'tiepoint: scheduler'
exit 0
