# Sets the project up on Windows 10 or 11 (64 bit) with Python 3.11 to 3.13, then does one thing:
#   installers\bootstrap.ps1 demo          the main job on the bundled sample (jiceng demo)
#   installers\bootstrap.ps1 test          every check: ruff, mypy, import-linter, pytest
#   installers\bootstrap.ps1 setup         only set up
#   installers\bootstrap.ps1 run ARGS...   jiceng ARGS...
# Building llama.cpp needs the C++ workload of the Visual Studio Build Tools. Qt 6 does not run on Windows 7.
# If scripts are blocked: powershell -ExecutionPolicy Bypass -File installers\bootstrap.ps1 demo
param([string]$Word = "", [Parameter(ValueFromRemainingArguments = $true)][string[]]$Rest = @())
$ErrorActionPreference = "Stop"
$Root = Split-Path -Parent $PSScriptRoot
Set-Location $Root
$Cache = Join-Path $env:LOCALAPPDATA "jiceng\cache"
$Python = Join-Path $Root ".venv\Scripts\python.exe"
$Stamp = Join-Path $Root ".venv\.jiceng-stamp"
$env:PYTHONUTF8 = "1"

function Stop-With([string]$Text) { [Console]::Error.WriteLine($Text); exit 1 }

function Find-Python {
    foreach ($version in "3.13", "3.12", "3.11") {
        if (Get-Command py -ErrorAction SilentlyContinue) {
            $found = & py "-$version" -c "import sys; print(sys.executable)" 2>$null
            if ($LASTEXITCODE -eq 0) { return $found }
        }
    }
    if (Get-Command python -ErrorAction SilentlyContinue) {
        $test = "import sys; print(sys.executable); sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
        $found = & python -c $test 2>$null
        if ($LASTEXITCODE -eq 0) { return $found }
    }
    Stop-With "需要 Python 3.11、3.12 或 3.13，请先安装。 / Python 3.11, 3.12 or 3.13 is needed."
}

function Find-Uv([string]$Base) {
    $own = Join-Path $Cache "uv\Scripts\uv.exe"
    if (-not (Test-Path $own)) {
        & $Base -m venv --clear (Join-Path $Cache "uv")
        & (Join-Path $Cache "uv\Scripts\python.exe") -m pip install -q --require-hashes -r installers\uv.lock
        if ($LASTEXITCODE -ne 0) { Stop-With "uv 没有装上：请检查网络。 / uv could not be installed: check the network." }
    }
    return $own
}

function Get-Fingerprint {
    $names = "requirements.lock", "pyproject.toml", "installers\bootstrap.ps1"
    return (($names | ForEach-Object { (Get-FileHash $_ -Algorithm SHA256).Hash }) -join "") + $Root
}

function Install-All {
    if ((Test-Path $Stamp) -and ((Get-Content $Stamp -Raw).Trim() -eq (Get-Fingerprint))) { return }
    $base = Find-Python
    $uv = Find-Uv $base
    $env:UV_PYTHON_DOWNLOADS = "never"
    if (-not (Test-Path $Python)) { & $uv venv -q --clear --python $base .venv }
    & $uv pip sync -q --python $Python --require-hashes requirements.lock
    if ($LASTEXITCODE -ne 0) {
        Stop-With "依赖没有装全：请检查网络、磁盘和 Visual Studio 生成工具。 / Some dependencies could not be installed: check the network, the disk and the Visual Studio Build Tools."
    }
    & $uv pip install -q --python $Python --no-deps --editable .
    if ($LASTEXITCODE -ne 0) { Stop-With "本程序没有装上。 / The program itself could not be installed." }
    Set-Content -Path $Stamp -Value (Get-Fingerprint)
}

function Test-All {
    $env:QT_QPA_PLATFORM = "offscreen"
    $checks = [ordered]@{
        ruff    = @("ruff", "check", ".")
        format  = @("ruff", "format", "--check", ".")
        mypy    = @("mypy")
        imports = @()
        pytest  = @("pytest", "-q") + $Rest
    }
    $failed = 0
    foreach ($name in $checks.Keys) {
        if ($name -eq "imports") { & (Join-Path $Root ".venv\Scripts\lint-imports.exe") }
        else { & $Python -m @($checks[$name]) }
        if ($LASTEXITCODE -eq 0) { Write-Host "ok    $name" } else { Write-Host "FAIL  $name"; $failed = 1 }
    }
    exit $failed
}

switch ($Word) {
    "setup" { Install-All }
    "demo" { Install-All; & $Python -m desktop_app demo @Rest; exit $LASTEXITCODE }
    "run" { Install-All; & $Python -m desktop_app @Rest; exit $LASTEXITCODE }
    "test" { Install-All; Test-All }
    default { Get-Content $PSCommandPath -TotalCount 7 -Encoding utf8; exit 2 }
}
