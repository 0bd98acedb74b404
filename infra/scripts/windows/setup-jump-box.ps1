# Sets the Windows jump box up: the domain, and the tools to keep it. Can be run again at any time.
. 'C:\ProgramData\Tiepoint\common.ps1'

Install-WindowsFeature -Name @('RSAT-AD-Tools', 'RSAT-DNS-Server') | Out-Null
Join-Domain
Write-Output 'tiepoint: jump box'
exit 0
