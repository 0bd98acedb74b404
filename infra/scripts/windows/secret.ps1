# Reads secrets of the cluster's vault with this machine's own identity. A secret is never plain text in a variable, on a
# command line or in what is written.

# Returns a token of this machine's identity for somebody.
function Get-IdentityToken([string] $Resource) {
    $query = 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=' + [uri]::EscapeDataString($Resource)
    (Invoke-RestMethod -UseBasicParsing -Headers @{ Metadata = 'true' } -Uri $query -TimeoutSec 30).access_token
}

# Returns a secret, sealed.
function Get-VaultSecret([string] $Name) {
    $vault = (Get-Fact 'vault_uri').TrimEnd('/')
    $audience = 'https://' + ([uri] $vault).Host.Split('.', 2)[1]
    Invoke-Patiently 15 {
        $headers = @{ Authorization = 'Bearer ' + (Get-IdentityToken $audience) }
        ConvertTo-SecureString -AsPlainText -Force (Invoke-RestMethod -UseBasicParsing -Headers $headers -Uri "$vault/secrets/${Name}?api-version=7.4" -TimeoutSec 30).value
    }
}
