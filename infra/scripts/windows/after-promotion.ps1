# Runs once after the first domain controller has started again: Azure's name server answers for everything else, and
# files on NetApp have the same owner on both systems.
$ErrorActionPreference = 'Stop'
Import-Module ActiveDirectory
if ('168.63.129.16' -notin (Get-DnsServerForwarder).IPAddress.IPAddressToString) {
    Add-DnsServerForwarder -IPAddress 168.63.129.16 -ErrorAction SilentlyContinue
}
if (-not (Get-ADGroup -Filter "Name -eq 'hpcgroup'")) {
    New-ADGroup -Name hpcgroup -GroupScope Global -OtherAttributes @{ gidNumber = 7007 }
}
if (-not (Get-ADUser -Filter "Name -eq 'hpcuser'")) {
    New-ADUser -Name hpcuser -Enabled $false -OtherAttributes @{ uid = 'hpcuser'; uidNumber = 7007; gidNumber = 7007; unixHomeDirectory = '/home/hpcuser' }
}
Unregister-ScheduledTask -TaskName 'Tiepoint after promotion' -Confirm:$false
