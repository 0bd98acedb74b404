# Makes this machine the second domain controller, once the first one answers. Can be run again at any time.
. 'C:\ProgramData\Tiepoint\common.ps1'

if ((Get-CimInstance Win32_ComputerSystem).DomainRole -lt 4) {
    Install-WindowsFeature -Name @('AD-Domain-Services', 'DNS') -IncludeManagementTools | Out-Null
    Import-Module ADDSDeployment
    $domain = Get-Fact 'domain'
    # The first one is found by its address's neighbour: both have fixed addresses, .4 and .5.
    $own = (Get-NetIPAddress -AddressFamily IPv4 | Where-Object { $_.IPAddress -like '*.5' } | Select-Object -First 1).IPAddress
    $first = $own -replace '\.5$', '.4'
    Get-DnsClient | Set-DnsClientServerAddress -ServerAddresses $first
    Invoke-Patiently 40 { Resolve-DnsName -Type SRV "_ldap._tcp.dc._msdcs.$domain" -ErrorAction Stop | Out-Null }
    $password = Get-VaultSecret 'adminPassword'
    $who = New-Object System.Management.Automation.PSCredential ("$(Get-Fact 'admin_user')@$domain", $password)
    Invoke-Patiently 20 {
        Install-ADDSDomainController -DomainName $domain -Credential $who -InstallDns `
            -SafeModeAdministratorPassword $password -NoRebootOnCompletion -Force -ErrorAction Stop | Out-Null
    }
    Restart-Soon
}
Write-Output 'tiepoint: second domain controller'
exit 0
