# What the set-up scripts of Windows machines have in common. Read by them, never run.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$script:Place = 'C:\ProgramData\Tiepoint'
. (Join-Path $script:Place 'secret.ps1')

# Returns what this machine was told about its cluster.
function Get-Fact([string] $Name) {
    $line = Get-Content -Encoding UTF8 (Join-Path $script:Place 'cluster.conf') | Where-Object { $_.StartsWith("$Name=") } | Select-Object -First 1
    if ($line) { $line.Substring($Name.Length + 1) } else { '' }
}

# Repeats a block every 15 s until it does not fail, for so long: rights and names take minutes to be known everywhere.
function Invoke-Patiently([int] $Minutes, [scriptblock] $Block) {
    $deadline = (Get-Date).AddMinutes($Minutes)
    while ($true) {
        try { return & $Block }
        catch {
            if ((Get-Date) -gt $deadline) { throw }
            Start-Sleep -Seconds 15
        }
    }
}

# Joins the domain once; the computer starts again a minute after the script has ended.
function Join-Domain {
    $domain = Get-Fact 'domain'
    if (-not $domain) { return }
    if ((Get-CimInstance Win32_ComputerSystem).PartOfDomain) { return }
    Invoke-Patiently 30 { Resolve-DnsName -Type SRV "_ldap._tcp.dc._msdcs.$domain" -ErrorAction Stop | Out-Null }
    $password = Get-VaultSecret 'adminPassword'
    $who = New-Object System.Management.Automation.PSCredential ("$(Get-Fact 'admin_user')@$domain", $password)
    Invoke-Patiently 15 { Add-Computer -DomainName $domain -Credential $who -Force -ErrorAction Stop }
    Restart-Soon
}

# Starts this computer again, late enough for Azure to hear how the script ended.
function Restart-Soon {
    & shutdown.exe /r /t 60 /c 'Tiepoint: set-up needs a restart' | Out-Null
}
