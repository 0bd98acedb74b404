# Makes this machine the first domain controller. Can be run again at any time.
. 'C:\ProgramData\Tiepoint\common.ps1'

if ((Get-CimInstance Win32_ComputerSystem).DomainRole -lt 4) {
    Install-WindowsFeature AD-Domain-Services, DNS -IncludeManagementTools | Out-Null
    Import-Module ADDSDeployment
    $domain = Get-Fact 'domain'
    $netbios = ($domain.Split('.')[0]).ToUpperInvariant()
    Install-ADDSForest -DomainName $domain -DomainNetbiosName $netbios.Substring(0, [Math]::Min(15, $netbios.Length)) `
        -InstallDns -SafeModeAdministratorPassword (Get-VaultSecret 'adminPassword') -NoRebootOnCompletion -Force | Out-Null
    # After the restart: Azure's name server answers for everything else, and files on NetApp have an owner on both systems.
    $after = @'
Import-Module ActiveDirectory
Add-DnsServerForwarder -IPAddress 168.63.129.16 -ErrorAction SilentlyContinue
if (-not (Get-ADGroup -Filter "Name -eq 'hpcgroup'")) {
    New-ADGroup -Name hpcgroup -GroupScope Global -OtherAttributes @{ gidNumber = 7007 }
}
if (-not (Get-ADUser -Filter "Name -eq 'hpcuser'")) {
    New-ADUser -Name hpcuser -Enabled $false -OtherAttributes @{ uid = 'hpcuser'; uidNumber = 7007; gidNumber = 7007; unixHomeDirectory = '/home/hpcuser' }
}
Unregister-ScheduledTask -TaskName 'Tiepoint after promotion' -Confirm:$false
'@
    $file = 'C:\ProgramData\Tiepoint\after-promotion.ps1'
    Set-Content -Encoding UTF8 -Path $file -Value $after
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -ExecutionPolicy Bypass -File $file"
    $settings = New-ScheduledTaskSettingsSet -RestartCount 20 -RestartInterval (New-TimeSpan -Minutes 1)
    Register-ScheduledTask -Force -TaskName 'Tiepoint after promotion' -User 'SYSTEM' -RunLevel Highest -Action $action `
        -Trigger (New-ScheduledTaskTrigger -AtStartup) -Settings $settings | Out-Null
    Restart-Soon
}
Write-Output 'tiepoint: first domain controller'
exit 0
