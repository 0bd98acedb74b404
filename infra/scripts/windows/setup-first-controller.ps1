# Makes this machine the first domain controller. Can be run again at any time.
. 'C:\ProgramData\Tiepoint\common.ps1'

if ((Get-CimInstance Win32_ComputerSystem).DomainRole -lt 4) {
    Install-WindowsFeature -Name @('AD-Domain-Services', 'DNS') -IncludeManagementTools | Out-Null
    Import-Module ADDSDeployment
    $domain = Get-Fact 'domain'
    $netbios = ($domain.Split('.')[0]).ToUpperInvariant()
    Install-ADDSForest -DomainName $domain -DomainNetbiosName $netbios.Substring(0, [Math]::Min(15, $netbios.Length)) `
        -InstallDns -SafeModeAdministratorPassword (Get-VaultSecret 'adminPassword') -NoRebootOnCompletion -Force | Out-Null
    $file = Join-Path $script:Place 'after-promotion.ps1'
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -ExecutionPolicy Bypass -File `"$file`""
    # It fails until the directory answers, and is then tried again each minute.
    $settings = New-ScheduledTaskSettingsSet -RestartCount 20 -RestartInterval (New-TimeSpan -Minutes 1)
    Register-ScheduledTask -Force -TaskName 'Tiepoint after promotion' -User 'SYSTEM' -RunLevel Highest -Action $action `
        -Trigger (New-ScheduledTaskTrigger -AtStartup) -Settings $settings | Out-Null
    Restart-Soon
}
Write-Output 'tiepoint: first domain controller'
exit 0
