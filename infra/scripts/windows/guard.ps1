# The guard of a Windows machine: it stops the money once nobody wants the cluster any more.
#
# The same decisions as linux/guard.py, function by function; read that file for the reasons. The documents are those of
# app/tiepoint/domain/control_document.py. A scheduled task runs this each minute, for one round.
# PowerShell 5.1 or newer. Configuration: C:\ProgramData\Tiepoint\guard.json, the same keys.
param([string] $Config = 'C:\ProgramData\Tiepoint\guard.json')

$ErrorActionPreference = 'Stop'
[Threading.Thread]::CurrentThread.CurrentCulture = [Globalization.CultureInfo]::InvariantCulture
[Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
[Net.ServicePointManager]::Expect100Continue = $false

$ComputeApi = '2024-07-01'
$BlobApi = '2021-12-02'
$RoundSeconds = 75
$RequestSeconds = 10
$FreshSeconds = 180
$SilentMinutes = 15
$SilentBusyMinutes = 60
$OverdueMinutes = 10
$AskAgainMinutes = 10
$GiveUpMinutes = 30
$GapMinutes = 10
$LongestWishDays = 15
$MarkerHours = 24
$BusyCores = 0.7
$BusyGpuPercent = 5
$MostSegments = 400
$MostPowerLooks = 40
$Billed = 'starting', 'running', 'stopping', 'stopped', 'deallocating'
$Going = 'deallocating', 'deallocated'
$Epoch = New-Object DateTime 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)
$Watch = [Diagnostics.Stopwatch]::StartNew()

# Tasks have no journal on Windows: guard.log beside the configuration, and the one before it.
function Write-Journal([string] $Text) {
    $line = "$([DateTime]::UtcNow.ToString('s'))Z $Text"
    Out-Host -InputObject $line
    try {
        $log = [IO.Path]::ChangeExtension($Config, 'log')
        if ((Test-Path -LiteralPath $log) -and (Get-Item -LiteralPath $log).Length -gt 1000000) { Move-Item -Force -LiteralPath $log -Destination "$log.old" }
        [IO.File]::AppendAllText($log, "$line`r`n")
    }
    catch { $null = $_ }
}

# --- Values nobody vouches for ---

function Read-Number($Value) {
    if ($null -eq $Value -or $Value -is [bool]) { return $null }
    $found = 0.0
    $style = [Globalization.NumberStyles]::Float
    if (-not [double]::TryParse([string] $Value, $style, [Globalization.CultureInfo]::InvariantCulture, [ref] $found)) { return $null }
    if ([double]::IsNaN($found) -or [double]::IsInfinity($found) -or $found -lt 0) { return $null }
    return $found
}

# Seconds since 1970; newer PowerShells turn ISO times into dates by themselves.
function Read-Time($Value) {
    if ($Value -is [DateTime]) { return ($Value.ToUniversalTime() - $Epoch).TotalSeconds }
    if ($Value -isnot [string]) { return $null }
    if ($Value -notmatch '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$') { return $null }
    $found = [DateTimeOffset]::MinValue
    $style = [Globalization.DateTimeStyles]::AssumeUniversal
    if (-not [DateTimeOffset]::TryParse($Value, [Globalization.CultureInfo]::InvariantCulture, $style, [ref] $found)) { return $null }
    return ($found.UtcDateTime - $Epoch).TotalSeconds
}

function Format-Time([double] $Moment) { $Epoch.AddSeconds([Math]::Floor($Moment)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") }

function Read-Table($Content) {
    $found = @{}
    if ($Content -is [Management.Automation.PSCustomObject]) {
        foreach ($each in $Content.PSObject.Properties) { $found[$each.Name] = $each.Value }
    }
    return $found
}

function Read-Numbers($Content) {
    $found = @{}
    $known = Read-Table $Content
    foreach ($name in $known.Keys) {
        $number = Read-Number $known[$name]
        if ($null -ne $number) { $found[$name] = $number }
    }
    return $found
}

# --- Decisions ---

function Get-Verdict($Lease, [double] $Spent, [double] $Now, [double] $UnreadMinutes, [double] $LapseMinutes, [bool] $WasWanted) {
    if ($null -eq $Lease) {
        if ($UnreadMinutes -ge $LapseMinutes) { return @{ IsWanted = $false; Why = "No lease could be read for $([Math]::Floor($UnreadMinutes)) minutes." } }
        if (-not $WasWanted) { return @{ IsWanted = $false; Why = 'Nobody wanted the cluster when the lease could be read last.' } }
        return @{ IsWanted = $true; Why = "No lease can be read; that lasts $([Math]::Ceiling($LapseMinutes - $UnreadMinutes)) more minutes." }
    }
    if ($null -ne $Lease.Budget -and $Spent -ge $Lease.Budget) {
        return @{ IsWanted = $false; Why = "The budget of $($Lease.Budget.ToString('0.00')) $($Lease.Currency) is spent." }
    }
    if ($Lease.Until -le $Now) { return @{ IsWanted = $false; Why = "Nobody has wanted the cluster since $(Format-Time $Lease.Until)." } }
    return @{ IsWanted = $true; Why = "Wanted until $(Format-Time $Lease.Until)." }
}

function Get-NodeDecision($Wanted, [bool] $IsBusy, [double] $IdleMinutes, [double] $NeededMinutes, $AskedMinutesAgo) {
    if ($IsBusy) { return @{ Stop = @(); StopsItself = $false; Message = "Working. $($Wanted.Why)" } }
    if ($Wanted.IsWanted) { return @{ Stop = @(); StopsItself = $false; Message = "Idle. $($Wanted.Why)" } }
    if ($IdleMinutes -lt $NeededMinutes) {
        $left = [Math]::Ceiling($NeededMinutes - $IdleMinutes)
        return @{ Stop = @(); StopsItself = $false; Message = "Stops in $left minutes unless there is a task. $($Wanted.Why)" }
    }
    if ($null -ne $AskedMinutesAgo -and $AskedMinutesAgo -lt $AskAgainMinutes) {
        return @{ Stop = @(); StopsItself = $false; Message = "Is being stopped. $($Wanted.Why)" }
    }
    return @{ Stop = @(); StopsItself = $true; Message = "Stops now. $($Wanted.Why)" }
}

function Test-Hangs($Machine, [double] $Now, [double] $SeenMinutes, [double] $NeededMinutes, [double] $UnwantedMinutes) {
    if ($Machine.Power -eq 'stopped') { return $true }
    if ($Machine.Power -notin 'running', 'starting') { return $false }
    $heard = $Machine.Heartbeat
    if ($null -eq $heard) { return $SeenMinutes -ge $SilentMinutes }
    $silent = [Math]::Min(($Now - $heard.Time) / 60, $SeenMinutes)
    $most = if ($heard.IsBusy) { $SilentBusyMinutes } else { $SilentMinutes }
    if ($silent -ge $most) { return $true }
    $overdue = [Math]::Min($heard.IdleMinutes - $NeededMinutes, $UnwantedMinutes)
    return (-not $heard.IsBusy) -and ($Now - $heard.Time -le $FreshSeconds) -and ($overdue -ge $OverdueMinutes)
}

function Test-MayRun($Machine, [double] $Now) {
    if ($Machine.Power) { return $Machine.Power -notin $Going }
    return ($null -ne $Machine.Heartbeat) -and ($Now - $Machine.Heartbeat.Time -lt $SilentMinutes * 60)
}

function Select-NotAsked($Machines, $Past) {
    return @($Machines | Where-Object { -not $Past.Asked.ContainsKey($_.Name) -or $Past.Asked[$_.Name] -ge $AskAgainMinutes })
}

function Get-SchedulerDecision($Wanted, [bool] $IsBusy, [double] $IdleMinutes, [double] $NeededMinutes, $Machines, [double] $Now, $Past, [string] $Me) {
    $own = Get-NodeDecision $Wanted $IsBusy $IdleMinutes $NeededMinutes $Past.Asked[$Me]
    if ($Wanted.IsWanted) { return $own }
    $others = @($Machines | Where-Object { $_.Name -ne $Me -and (Test-MayRun $_ $Now) })
    $nodes = @($others | Where-Object { $_.Role -eq 'node' })
    if ($nodes.Count) {
        $hanging = @($nodes | Where-Object { Test-Hangs $_ $Now ([double] $Past.Seen[$_.Name]) $NeededMinutes $Past.Unwanted })
        $stop = @(Select-NotAsked $hanging $Past)
        $said = if ($stop.Count) { "Stops $((@($stop | ForEach-Object { $_.Name }) | Sort-Object) -join ', '), which cannot be expected to do it. " } else { '' }
        return @{ Stop = $stop; StopsItself = $false; Message = "${said}Nodes that run still: $($nodes.Count). $($Wanted.Why)" }
    }
    if ($IsBusy -or $IdleMinutes -lt $NeededMinutes) { return $own }
    foreach ($group in @('jump-box', 'the jump boxes'), @('directory', 'the domain controllers')) {
        $left = @($others | Where-Object { $_.Role -eq $group[0] -and [double] $Past.Tried[$_.Name] -lt $GiveUpMinutes })
        if ($left.Count) {
            return @{ Stop = @(Select-NotAsked $left $Past); StopsItself = $false; Message = "Stops $($group[1]) before itself. $($Wanted.Why)" }
        }
    }
    return $own
}

# --- Meter ---

function Get-Rate($Prices, $Machines) {
    $rate = [double] $Prices['*']
    foreach ($each in $Machines) { if ($each.Power -in $Billed) { $rate += [double] $Prices[$each.Name] } }
    return $rate
}

function New-MeterDocument([double] $Since, [double] $Until, [double] $Rate, [double] $Spent, [string] $Currency, $Segments) {
    return [ordered] @{
        schema_version = 1; since = Format-Time $Since; counted = Format-Time $Until; per_hour = $Rate; spent = $Spent
        currency = $Currency; segments = [object[]] @($Segments)
    }
}

function Get-Counted($Meter, [double] $Now, [double] $Rate, [double] $RestingRate, [string] $Currency, [double] $Booted) {
    $since = if ($null -ne $Meter) { Read-Time $Meter.since } else { $null }
    if ($null -eq $since) { return New-MeterDocument $Now $Now $Rate 0 $Currency @() }
    $until = Read-Time $Meter.counted
    if ($null -eq $until) { $until = $since }
    $spent = [double] (Read-Number $Meter.spent)
    $segments = @()
    foreach ($each in @($Meter.segments)) {
        if ($each -is [Management.Automation.PSCustomObject]) {
            $start = Read-Time $each.start
            $end = Read-Time $each.end
            if ($null -ne $start -and $null -ne $end) {
                $segments += [ordered] @{ start = Format-Time $start; end = Format-Time $end; per_hour = [double] (Read-Number $each.per_hour) }
            }
        }
    }
    if ($Now -le $until) { return New-MeterDocument $since $until $Rate $spent $Currency $segments }
    # Before the scheduler started, machines are taken to have rested.
    $began = [Math]::Min([Math]::Max($until, [Math]::Floor($Booted)), $Now)
    foreach ($stretch in @($until, $began, $RestingRate), @($began, $Now, $Rate)) {
        $start, $end, $price = $stretch
        if ($end -le $start) { continue }
        $spent += $price * ($end - $start) / 3600
        $last = if ($segments.Count) { $segments[-1] } else { $null }
        if ($null -ne $last -and $last.end -eq (Format-Time $start) -and [Math]::Abs($last.per_hour - $price) -lt 1e-9) {
            $last.end = Format-Time $end
        }
        else {
            $segments += [ordered] @{ start = Format-Time $start; end = Format-Time $end; per_hour = $price }
        }
    }
    if ($segments.Count -gt $MostSegments) {
        $segments = @(Join-Segments $segments[0] $segments[1]) + @($segments[2..($segments.Count - 1)])
    }
    return New-MeterDocument $since $Now $Rate $spent $Currency $segments
}

# One stretch for two, which costs the same.
function Join-Segments($First, $Second) {
    $starts = (Read-Time $First.start), (Read-Time $Second.start)
    $ends = (Read-Time $First.end), (Read-Time $Second.end)
    $cost = (($ends[0] - $starts[0]) * $First.per_hour + ($ends[1] - $starts[1]) * $Second.per_hour) / 3600
    $whole = ($ends[1] - $starts[0]) / 3600
    $price = if ($whole -gt 0) { $cost / $whole } else { 0.0 }
    return [ordered] @{ start = $First.start; end = $Second.end; per_hour = $price }
}

function Get-SpentNow($Meter, [double] $Now) {
    if ($null -eq $Meter) { return 0.0 }
    $until = Read-Time $Meter.counted
    if ($null -eq $until) { $until = Read-Time $Meter.since }
    $missing = if ($null -ne $until) { [Math]::Min([Math]::Max(0.0, $Now - $until), 3600.0) } else { 0.0 }
    return [double] (Read-Number $Meter.spent) + [double] (Read-Number $Meter.per_hour) * $missing / 3600
}

# --- This machine ---

function Get-UptimeSeconds {
    try { return [double] (Get-CimInstance Win32_PerfFormattedData_PerfOS_System).SystemUpTime }
    catch { return [Diagnostics.Stopwatch]::GetTimestamp() / [Diagnostics.Stopwatch]::Frequency }
}

function Get-TaskCount {
    $folder = Join-Path $RunFolder 'tasks'
    $count = 0
    foreach ($marker in @(Get-ChildItem -LiteralPath $folder -File -ErrorAction SilentlyContinue)) {
        $text = [string] (Get-Content -LiteralPath $marker.FullName -TotalCount 1 -ErrorAction SilentlyContinue)
        if ($text.Trim() -match '^\d{1,9}$') {
            if (Get-Process -Id ([int] $text.Trim()) -ErrorAction SilentlyContinue) { $count++ }
        }
        elseif (([DateTime]::UtcNow - $marker.LastWriteTimeUtc).TotalHours -lt $MarkerHours) { $count++ }
    }
    return $count
}

function Get-BusyReason {
    $tasks = Get-TaskCount
    if ($tasks) { return "tasks: $tasks" }
    try {
        $percent = (Get-CimInstance Win32_PerfFormattedData_PerfOS_Processor -Filter "Name='_Total'").PercentProcessorTime
        $cores = $percent / 100 * [Environment]::ProcessorCount
        if ($cores -ge $BusyCores) { return "processor: $($cores.ToString('0.0')) cores" }
    }
    catch { Write-Journal "The processor's use is not known: $($_.Exception.Message)" }
    try {
        $told = & nvidia-smi.exe '--query-gpu=utilization.gpu' '--format=csv,noheader,nounits' 2>$null
        $most = [double] (@($told | ForEach-Object { Read-Number $_.Trim() }) | Measure-Object -Maximum).Maximum
        if ($most -ge $BusyGpuPercent) { return "graphics card at $most %" }
    }
    catch { $null = $_ }
    return ''
}

function Set-Draining([bool] $Drains) {
    $marker = Join-Path $RunFolder 'drain'
    try {
        if ($Drains) { New-Item -ItemType File -Force -Path $marker | Out-Null }
        elseif (Test-Path -LiteralPath $marker) { Remove-Item -LiteralPath $marker }
    }
    catch { Write-Journal "The marker $marker cannot be changed: $($_.Exception.Message)" }
    return (Test-Path -LiteralPath $marker)
}

# --- Azure ---

$script:Tokens = @{}
$script:OffsetSeconds = $null

function Invoke-Http([string] $Method, [string] $Url, $Headers, [byte[]] $Body, [bool] $IsDirect) {
    $left = $RoundSeconds - $Watch.Elapsed.TotalSeconds
    if ($left -le 0) { throw 'The round has taken too long.' }
    $request = [Net.HttpWebRequest]::Create($Url)
    $request.Method = $Method
    $request.AllowAutoRedirect = $false
    $request.Timeout = $request.ReadWriteTimeout = [int] ([Math]::Min($RequestSeconds, $left) * 1000)
    if ($IsDirect) { $request.Proxy = $null }
    foreach ($name in $Headers.Keys) {
        if ($name -eq 'Content-Type') { $request.ContentType = $Headers[$name] } else { $request.Headers.Add($name, $Headers[$name]) }
    }
    if ($null -ne $Body) {
        $request.ContentLength = $Body.Length
        $stream = $request.GetRequestStream()
        $stream.Write($Body, 0, $Body.Length)
        $stream.Close()
    }
    try { $response = $request.GetResponse() }
    catch {
        $inner = $_.Exception
        while ($null -ne $inner -and $inner -isnot [Net.WebException]) { $inner = $inner.InnerException }
        if ($null -eq $inner -or $null -eq $inner.Response) { throw }
        $response = $inner.Response
    }
    try {
        $reader = [IO.StreamReader]::new($response.GetResponseStream(), [Text.Encoding]::UTF8)
        $text = $reader.ReadToEnd()
        return @{ Status = [int] $response.StatusCode; Headers = $response.Headers; Text = $text }
    }
    finally { $response.Close() }
}

function Read-Json([string] $Text) { try { return ($Text | ConvertFrom-Json) } catch { return $null } }

function Get-Refusal($Reply) {
    $code = $Reply.Headers['x-ms-error-code']
    if (-not $code) { $code = (Read-Json $Reply.Text).error.code }
    return "HTTP $($Reply.Status) $code".Trim()
}

function Invoke-Imds([string] $Path) {
    Invoke-Http 'GET' ($ImdsEndpoint + $Path) @{ Metadata = 'true' } $null $true
}

function Get-Token([string] $Audience) {
    if (-not $script:Tokens.ContainsKey($Audience)) {
        $path = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=$([Uri]::EscapeDataString($Audience))"
        if ($Known.identity_client_id) { $path += "&client_id=$([Uri]::EscapeDataString($Known.identity_client_id))" }
        $reply = Invoke-Imds $path
        $token = (Read-Json $reply.Text).access_token
        if ($reply.Status -ne 200 -or -not $token) { throw "No token for ${Audience}: HTTP $($reply.Status)" }
        $script:Tokens[$Audience] = $token
    }
    return $script:Tokens[$Audience]
}

function Invoke-Azure([string] $Method, [string] $Url, [string] $Audience, [byte[]] $Body, $Headers) {
    if ($Url -notlike 'https://*') { throw 'A token is sent over https only.' }
    $sent = @{ Authorization = "Bearer $(Get-Token $Audience)" }
    if ($null -ne $Headers) { foreach ($name in $Headers.Keys) { $sent[$name] = $Headers[$name] } }
    Invoke-Http $Method $Url $sent $Body $false
}

function Invoke-Blob([string] $Method, [string] $Path, [byte[]] $Body, $Headers) {
    $offset = if ($null -ne $script:OffsetSeconds) { $script:OffsetSeconds } else { $State.OffsetSeconds }
    $sent = @{ 'x-ms-version' = $BlobApi; 'x-ms-date' = [DateTime]::UtcNow.AddSeconds($offset).ToString('r') }
    if ($null -ne $Headers) { foreach ($name in $Headers.Keys) { $sent[$name] = $Headers[$name] } }
    $began = [DateTime]::UtcNow
    $reply = Invoke-Azure $Method ($BlobEndpoint + '/' + $Container + $Path) $StorageAudience $Body $sent
    $told = [DateTimeOffset]::MinValue
    if ([DateTimeOffset]::TryParse($reply.Headers['Date'], [ref] $told)) {
        $middle = $began.AddTicks(([DateTime]::UtcNow - $began).Ticks / 2)
        $script:OffsetSeconds = ($told.UtcDateTime - $middle).TotalSeconds
    }
    return $reply
}

function Get-Document([string] $Name) {
    $reply = Invoke-Blob 'GET' "/$Name" $null $null
    if ($reply.Status -eq 404) { return @{ Content = $null; Version = '' } }
    if ($reply.Status -ne 200) { throw "${Name}: $(Get-Refusal $reply)" }
    $written = [DateTimeOffset]::MinValue
    $isDated = [DateTimeOffset]::TryParse($reply.Headers['Last-Modified'], [ref] $written)
    $moment = if ($isDated) { ($written.UtcDateTime - $Epoch).TotalSeconds } else { $null }
    return @{ Content = Read-Json $reply.Text; Version = [string] $reply.Headers['ETag']; Written = $moment }
}

# Version: $null = whatever is there, empty = only if there is none. Returns whether it was written.
function Set-Document([string] $Name, $Content, $Version, $Metadata) {
    $headers = @{ 'x-ms-blob-type' = 'BlockBlob'; 'Content-Type' = 'application/json' }
    if ($null -ne $Metadata) { foreach ($key in $Metadata.Keys) { $headers["x-ms-meta-$key"] = $Metadata[$key] } }
    if ($null -ne $Version) { if ($Version) { $headers['If-Match'] = $Version } else { $headers['If-None-Match'] = '*' } }
    $body = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $Content -Depth 6 -Compress))
    $reply = Invoke-Blob 'PUT' "/$Name" $body $headers
    if ($reply.Status -in 409, 412) { return $false }
    if ($reply.Status -ne 201) { throw "${Name}: $(Get-Refusal $reply)" }
    return $true
}

function Get-Heartbeats {
    $found = @{}
    $marker = ''
    do {
        $path = '?restype=container&comp=list&prefix=nodes%2F&include=metadata'
        if ($marker) { $path += "&marker=$([Uri]::EscapeDataString($marker))" }
        $reply = Invoke-Blob 'GET' $path $null $null
        if ($reply.Status -ne 200) { throw "heartbeats: $(Get-Refusal $reply)" }
        $list = [xml] $reply.Text.TrimStart([char] 0xFEFF)
        foreach ($blob in @($list.SelectNodes('//Blob'))) {
            $time = Read-Time ([string] $blob.SelectSingleNode('Metadata/time').InnerText)
            if ($null -ne $time -and $blob.SelectSingleNode('Name').InnerText -match '^nodes/(.+)\.json$') {
                $name = $Matches[1]
                $busy = [string] $blob.SelectSingleNode('Metadata/busy').InnerText
                $idle = [double] (Read-Number ([string] $blob.SelectSingleNode('Metadata/idle_minutes').InnerText))
                $stopping = [string] $blob.SelectSingleNode('Metadata/stopping').InnerText
                $found[$name] = @{ Time = $time; IsBusy = $busy -in 'true', '1'; IdleMinutes = $idle; IsStopping = $stopping -in 'true', '1' }
            }
        }
        $next = $list.SelectSingleNode('//NextMarker')
        $marker = if ($null -ne $next) { $next.InnerText } else { '' }
    } while ($marker)
    return $found
}

function Get-GroupId {
    $own = $Known.group_id
    if (-not $own) { $own = $Known.machine_id }
    if (-not $own) { $own = (Read-Json (Invoke-Imds '/metadata/instance/compute?api-version=2021-02-01&format=json').Text).resourceId }
    if (-not $own) { throw "Azure's metadata service does not say which group this is." }
    return ($own -split '/providers/')[0]
}

function Get-Machines($Heard) {
    $found = @()
    $url = "$ArmEndpoint$(Get-GroupId)/providers/Microsoft.Compute/virtualMachines?api-version=$ComputeApi"
    while ($url) {
        $reply = Invoke-Azure 'GET' $url $ArmAudience $null $null
        $content = Read-Json $reply.Text
        if ($reply.Status -ne 200 -or $null -eq $content) { throw "machines: $(Get-Refusal $reply)" }
        foreach ($each in @($content.value)) {
            $role = (Read-Table $each.tags)['tiepoint-role']
            if ($role -and $each.name) {
                $found += @{ Name = $each.name; Id = $each.id; Role = $role; Power = ''; Heartbeat = $Heard[$each.name] }
            }
        }
        $url = $content.nextLink
    }
    return $found
}

function Get-Power([string] $MachineId) {
    $reply = Invoke-Azure 'GET' "$ArmEndpoint$MachineId/instanceView?api-version=$ComputeApi" $ArmAudience $null $null
    foreach ($status in @((Read-Json $reply.Text).statuses)) {
        if ($status.code -like 'PowerState/*') { return $status.code.Split('/')[1].ToLowerInvariant() }
    }
    return ''
}

function Stop-Machine([string] $Name, [string] $MachineId) {
    $before = $State.Asked.Clone()
    $State.Asked[$Name] = $Uptime
    if (-not $State.Tried.ContainsKey($Name)) { $State.Tried[$Name] = $Uptime }
    Save-State
    try {
        if (-not $MachineId) { $MachineId = "$(Get-GroupId)/providers/Microsoft.Compute/virtualMachines/$Name" }
        $reply = Invoke-Azure 'POST' "$ArmEndpoint$MachineId/deallocate?api-version=$ComputeApi" $ArmAudience ([byte[]] @()) $null
        if ($reply.Status -notin 200, 202, 204, 409) { throw "deallocate: $(Get-Refusal $reply)" }
        Write-Journal "Azure was asked to release $Name."
    }
    catch {
        Write-Journal "$Name cannot be stopped: $($_.Exception.Message)"
        $State.Asked = $before
    }
}

# --- State between two rounds ---

# What belongs to the last start of the machine is dropped: its uptime was longer than this one's.
function Read-State {
    $content = $null
    try { $content = Read-Json ([IO.File]::ReadAllText($StatePath)) } catch { $null = $_ }
    $kept = @{ OffsetSeconds = 0.0; Prices = Read-Numbers $content.Prices; Currency = 'USD'; Powers = @{} }
    if ($content.Currency -is [string]) { $kept.Currency = $content.Currency }
    $offset = 0.0
    if ([double]::TryParse([string] $content.OffsetSeconds, [ref] $offset)) { $kept.OffsetSeconds = $offset }
    foreach ($name in 'Seen', 'Looked', 'Asked', 'Tried') { $kept[$name] = @{} }
    foreach ($name in 'LastRound', 'LastBusy', 'LeaseRead', 'IdleMinutes', 'WasWanted', 'UnwantedSince') { $kept[$name] = $null }
    $powers = Read-Table $content.Powers
    foreach ($name in $powers.Keys) { $kept.Powers[$name] = [string] $powers[$name] }
    $lastRound = Read-Number $content.LastRound
    if ($null -ne $lastRound -and $lastRound -le $Uptime) {
        foreach ($name in 'Seen', 'Looked', 'Asked', 'Tried') { $kept[$name] = Read-Numbers $content.$name }
        foreach ($name in 'LastRound', 'LastBusy', 'LeaseRead', 'IdleMinutes', 'WasWanted', 'UnwantedSince') { $kept[$name] = Read-Number $content.$name }
    }
    return $kept
}

function Save-State {
    try {
        $part = "$StatePath.part"
        [IO.File]::WriteAllText($part, (ConvertTo-Json -InputObject $State -Depth 4 -Compress))
        Move-Item -Force -LiteralPath $part -Destination $StatePath
    }
    catch { Write-Journal "The state cannot be kept: $($_.Exception.Message)" }
}

# --- One round ---

function Read-Lease {
    try { $document = Get-Document 'lease.json' }
    catch {
        Write-Journal "The lease cannot be read: $($_.Exception.Message)"
        return $null
    }
    $content = $document.Content
    $until = Read-Time $content.until
    if ($null -eq $until) { return $null }
    # Garbage, or a clock years ahead: nobody can wish for a cluster for longer.
    if ($null -ne $document.Written) { $until = [Math]::Min($until, $document.Written + $LongestWishDays * 86400) }
    $currency = if ($content.currency -is [string] -and $content.currency) { $content.currency } else { 'USD' }
    $lease = @{ Until = $until; IdleMinutes = Read-Number $content.idle_minutes; Budget = Read-Number $content.budget; Currency = $currency; Prices = Read-Numbers $content.prices }
    $State.LeaseRead = $Uptime
    # Without any, what was known goes on counting: a budget must not be lost with a price.
    if ($lease.Prices.Count -gt 0) {
        $State.Prices = $lease.Prices
        $State.Currency = $currency
    }
    if ($null -ne $lease.IdleMinutes) { $State.IdleMinutes = $lease.IdleMinutes }
    return $lease
}

function Update-Powers($Machines, [double] $Now) {
    $waiting = @()
    foreach ($each in $Machines) {
        $isFresh = $null -ne $each.Heartbeat -and $Now - $each.Heartbeat.Time -le $FreshSeconds -and -not $each.Heartbeat.IsStopping
        if ($each.Name -eq $Known.name -or ($isFresh -and -not $State.Asked.ContainsKey($each.Name))) {
            $State.Powers[$each.Name] = 'running'
            $State.Looked[$each.Name] = $Uptime
        }
        else { $waiting += $each }
    }
    $oldest = { if ($State.Looked.ContainsKey($_.Name)) { $State.Looked[$_.Name] } else { -1.0 } }
    foreach ($each in @($waiting | Sort-Object $oldest | Select-Object -First $MostPowerLooks)) {
        try { $State.Powers[$each.Name] = Get-Power $each.Id }
        catch {
            Write-Journal "The power of $($each.Name) cannot be read: $($_.Exception.Message)"
            break
        }
        $State.Looked[$each.Name] = $Uptime
    }
    $seen = @{}
    foreach ($each in $Machines) {
        $each.Power = [string] $State.Powers[$each.Name]
        if ($each.Power -in 'running', 'starting') {
            $seen[$each.Name] = if ($State.Seen.ContainsKey($each.Name)) { $State.Seen[$each.Name] } else { $Uptime }
        }
    }
    $State.Seen = $seen
}

function Update-Meter($Meter, $Version, $Machines, [bool] $IsWhole, [double] $Now) {
    $prices = $State.Prices
    if (-not $prices.Count -or $null -eq $Version) { return $Meter }
    $rate = if ($IsWhole) { Get-Rate $prices $Machines } elseif ($null -ne $Meter) { Read-Number $Meter.per_hour } else { $null }
    if ($null -eq $rate) { return $Meter }
    $fresh = Get-Counted $Meter $Now $rate ([double] $prices['*']) $State.Currency ($Now - $Uptime)
    try { if (Set-Document 'meter.json' $fresh $Version $null) { return $fresh } }
    catch { Write-Journal "The meter cannot be written: $($_.Exception.Message)" }
    return $Meter
}

function Convert-MinutesAgo($Moments) {
    $found = @{}
    foreach ($name in $Moments.Keys) { $found[$name] = [Math]::Max(0.0, $Uptime - $Moments[$name]) / 60 }
    return $found
}

function Invoke-Round {
    $busy = Get-BusyReason
    $lastRound = [double] $State.LastRound
    $lastBusy = [double] $State.LastBusy
    if ($busy -or $Uptime - $lastRound -gt $GapMinutes * 60) { $lastBusy = $Uptime }
    $State.LastBusy = $lastBusy
    $idle = [Math]::Max(0.0, $Uptime - $lastBusy) / 60

    $lease = Read-Lease
    $meter = $null
    $version = $null
    try {
        $document = Get-Document 'meter.json'
        $version = $document.Version
        if ($document.Content -is [Management.Automation.PSCustomObject]) { $meter = $document.Content }
    }
    catch { Write-Journal "The meter cannot be read: $($_.Exception.Message)" }
    if ($null -ne $script:OffsetSeconds) { $State.OffsetSeconds = $script:OffsetSeconds }
    $now = ([DateTime]::UtcNow - $Epoch).TotalSeconds + $State.OffsetSeconds

    $machines = @()
    if ($Known.role -eq 'scheduler') {
        $heard = @{}
        $isWhole = $true
        if ($Uptime - $lastRound -gt $GapMinutes * 60) { $State.Seen = @{} }
        try { $heard = Get-Heartbeats }
        catch {
            Write-Journal "Heartbeats cannot be read: $($_.Exception.Message)"
            $State.Seen = @{}
        }
        try {
            $machines = @(Get-Machines $heard)
            Update-Powers $machines $now
        }
        catch {
            Write-Journal "Machines cannot be listed: $($_.Exception.Message)"
            $isWhole = $false
            $machines = @($heard.Keys | Where-Object { $_ -ne $Known.name } | ForEach-Object { @{ Name = $_; Id = ''; Role = 'node'; Power = ''; Heartbeat = $heard[$_] } })
        }
        $meter = Update-Meter $meter $version $machines $isWhole $now
    }

    $unread = ($Uptime - [double] $State.LeaseRead) / 60
    $wasWanted = $null -eq $State.WasWanted -or $State.WasWanted -ne 0
    $wanted = Get-Verdict $lease (Get-SpentNow $meter $now) $now $unread $LapseMinutes $wasWanted
    if ($null -ne $lease) { $State.WasWanted = [int] $wanted.IsWanted }
    if ($null -eq $State.UnwantedSince) { $State.UnwantedSince = $Uptime }
    if ($wanted.IsWanted) {
        $State.UnwantedSince = $null
        $State.Asked = @{}
        $State.Tried = @{}
    }

    $drains = Test-Path -LiteralPath (Join-Path $RunFolder 'drain')
    try { $drains = Set-Draining (@((Get-Document 'drain.json').Content.names) -contains $Known.name) }
    catch { Write-Journal "Who is to drain cannot be read: $($_.Exception.Message)" }

    $needed = $DefaultIdleMinutes
    if ($null -ne $State.IdleMinutes) { $needed = $State.IdleMinutes }
    $past = @{ Seen = Convert-MinutesAgo $State.Seen; Asked = Convert-MinutesAgo $State.Asked; Tried = Convert-MinutesAgo $State.Tried; Unwanted = ($Uptime - [double] $State.UnwantedSince) / 60 }
    if ($Known.role -eq 'scheduler') { $decision = Get-SchedulerDecision $wanted ([bool] $busy) $idle $needed $machines $now $past $Known.name }
    else { $decision = Get-NodeDecision $wanted ([bool] $busy) $idle $needed $past.Asked[$Known.name] }
    $message = if ($busy) { "$($decision.Message) ($busy)" } else { $decision.Message }

    $content = [ordered] @{
        schema_version = 1; name = $Known.name; time = Format-Time $now; booted = Format-Time ($now - $Uptime); busy = [bool] $busy
        draining = [bool] $drains; idle_minutes = [Math]::Round($idle, 1); message = $message
        stopping = $decision.StopsItself -or $State.Asked.ContainsKey($Known.name)
    }
    $metadata = @{
        time = $content.time; booted = $content.booted; busy = $content.busy.ToString().ToLowerInvariant()
        draining = $content.draining.ToString().ToLowerInvariant(); idle_minutes = $idle.ToString('0.0')
        stopping = $content.stopping.ToString().ToLowerInvariant()
        message = [Uri]::EscapeDataString($message).Replace('%20', ' ')
    }
    try { $null = Set-Document "nodes/$($Known.name).json" $content $null $metadata }
    catch { Write-Journal "The heartbeat cannot be written: $($_.Exception.Message)" }
    Write-Journal $message

    foreach ($machine in $decision.Stop) { Stop-Machine $machine.Name $machine.Id }
    if ($decision.StopsItself) {
        if (Get-TaskCount) { Write-Journal 'A task has begun at the last moment: it goes on.' }
        else { Stop-Machine $Known.name ([string] $Known.machine_id) }
    }
    $State.LastRound = $Uptime
    Save-State
}

function Get-Setting([string] $Name, $Usual) {
    if ($Known.$Name) { return $Known.$Name }
    return $Usual
}

$Known = $null
try { $Known = Read-Json ([IO.File]::ReadAllText($Config)) } catch { Write-Journal "$Config cannot be read: $($_.Exception.Message)" }
if (-not $Known.name -or -not $Known.blob_endpoint -or $Known.role -notin 'node', 'scheduler') {
    Write-Journal "The guard cannot work: $Config does not say role, name and blob_endpoint."
    exit 2
}
$BlobEndpoint = $Known.blob_endpoint.TrimEnd('/')
$ArmEndpoint = (Get-Setting 'arm_endpoint' 'https://management.azure.com').TrimEnd('/')
$ArmAudience = Get-Setting 'arm_audience' 'https://management.azure.com/'
$StorageAudience = Get-Setting 'storage_audience' 'https://storage.azure.com/'
$ImdsEndpoint = (Get-Setting 'imds_endpoint' 'http://169.254.169.254').TrimEnd('/')
$Container = Get-Setting 'container' 'control'
$DefaultIdleMinutes = [double] (Get-Setting 'idle_minutes' 30)
$LapseMinutes = [double] (Get-Setting 'lapse_minutes' 60)
$RunFolder = Get-Setting 'run_folder' 'C:\ProgramData\Tiepoint\run'
$StatePath = Join-Path (Get-Setting 'state_folder' 'C:\ProgramData\Tiepoint') 'guard-state.json'
New-Item -ItemType Directory -Force -Path (Join-Path $RunFolder 'tasks') -ErrorAction SilentlyContinue | Out-Null

$Uptime = Get-UptimeSeconds
$State = Read-State
try { Invoke-Round }
catch {
    Write-Journal "This round failed, and begins anew without what earlier ones knew: $($_.Exception.Message) $($_.ScriptStackTrace)"
    Remove-Item -LiteralPath $StatePath -ErrorAction SilentlyContinue
    exit 1
}
exit 0
