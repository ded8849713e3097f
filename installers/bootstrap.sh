#!/usr/bin/env bash
# Sets the project up on a bare Debian or Ubuntu with Python 3.11 to 3.13, then does one thing:
#   bash installers/bootstrap.sh demo          the main job on the bundled sample (jiceng demo)
#   bash installers/bootstrap.sh test          every check: ruff, mypy, import-linter, pytest
#   bash installers/bootstrap.sh setup         only set up
#   bash installers/bootstrap.sh run ARGS...   jiceng ARGS...
# A second run finds everything in place, starts in seconds and needs no network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
cache=${XDG_CACHE_HOME:-${HOME:-$root/.cache}/.cache}/jiceng
stamp=.venv/.jiceng-stamp

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# --- what the system has to offer ------------------------------------------------------------------------

find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11 python; do
    "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue
    "$name" -c 'import sys; print(sys.executable)'
    return
  done
  return 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

has_library() { { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q "^[[:space:]]*$1 "; }

# prints the Debian packages whose work nothing on this machine does yet
missing_packages() {
  local python=$1 version library
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  case $python in
    /usr/bin/*)
      "$python" -c 'import ensurepip, venv' 2>/dev/null || echo "python$version-venv"
      "$python" -c 'import pathlib, sys, sysconfig
sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())' || echo "python$version-dev"
      ;;
  esac
  { command -v c++ && command -v cc && command -v make; } >/dev/null || echo build-essential  # llama.cpp
  command -v cmake >/dev/null || echo cmake
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
  # what Qt's wheel expects of the system; the checks load Qt without a screen
  while read -r library package; do
    has_library "$library" || echo "$package"
  done <<'LIBRARIES'
libEGL.so.1 libegl1
libGL.so.1 libgl1
libxkbcommon.so.0 libxkbcommon0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libglib-2.0.so.0 libglib2.0-0
libzstd.so.1 libzstd1
LIBRARIES
}

install_system_packages() {
  local wanted
  mapfile -t wanted < <(missing_packages "$1")
  [ ${#wanted[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "缺少系统组件，请用本系统的软件管理器安装： / Please install: ${wanted[*]}"
  say "安装系统组件 / Installing system packages: ${wanted[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >&2 || true  # the lists at hand may do
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "${wanted[@]}" >&2 ||
    fail "系统组件没有装上，请以管理员身份执行： / Please run as root: apt-get install ${wanted[*]}"
}

# --- uv ----------------------------------------------------------------------------------------------------

# build settings for one package came with uv 0.8.4; older ones would build llama.cpp for this processor only
new_enough() { "$1" --version 2>/dev/null | awk '{ split($2, v, "."); exit !(v[1] > 0 || v[2] >= 9) }'; }

find_uv() {
  local own=$cache/uv/bin/uv
  if command -v uv >/dev/null && new_enough uv; then command -v uv; return; fi
  if ! new_enough "$own"; then
    say "安装 uv / Installing uv"
    "$1" -m venv --clear "$cache/uv" >&2
    "$cache/uv/bin/python" -m pip install -q --require-hashes -r installers/uv.lock >&2 ||
      fail "uv 没有装上：请检查网络后重试。 / uv could not be installed: check the network and try again."
  fi
  echo "$own"
}

# --- the environment ---------------------------------------------------------------------------------------

fingerprint() {
  { cat requirements.lock pyproject.toml installers/bootstrap.sh; echo "$root"; uname -m; } |
    sha256sum | cut -d' ' -f1
}

ready() {
  [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ] && .venv/bin/python -c '' 2>/dev/null
}

setup() {
  ready && return
  local python uv
  python=$(find_python) ||
    fail "需要 Python 3.11、3.12 或 3.13，本机没有：请先安装，例如 apt-get install python3。" \
      "/ Python 3.11, 3.12 or 3.13 is needed and this machine has none."
  install_system_packages "$python"
  uv=$(find_uv "$python")
  say "安装锁定的依赖（第一次要编译 llama.cpp，约 5–10 分钟）/ Installing locked dependencies" \
    "(the first time builds llama.cpp, 5 to 10 minutes)"
  export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-180} UV_PYTHON_DOWNLOADS=never
  export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
  .venv/bin/python -c '' 2>/dev/null || "$uv" venv -q --clear --python "$python" .venv
  # llama.cpp's build settings stand in pyproject.toml; uv keeps the built wheel in its cache, so that another
  # checkout doesn't build it again
  "$uv" pip sync -q --python .venv/bin/python --require-hashes requirements.lock ||
    fail "依赖没有装全：请检查网络与磁盘空间后重试，已装的会保留。" \
      "/ Some dependencies could not be installed: check network and disk, then run again."
  "$uv" pip install -q --python .venv/bin/python --no-deps --editable . ||
    fail "本程序没有装上：请检查网络后重试。 / The program itself could not be installed: try again."
  fingerprint >"$stamp"
}

# --- the checks --------------------------------------------------------------------------------------------

results=()
failed=0
check() {
  local name=$1 started=$SECONDS
  shift
  say "== $name: $*"
  if "$@"; then
    results+=("ok    $name ($((SECONDS - started)) s)")
  else
    results+=("FAIL  $name ($((SECONDS - started)) s)")
    failed=1
  fi
}

run_checks() {
  export QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen} PYTHONDONTWRITEBYTECODE=1
  export PATH="$root/.venv/bin:$PATH"
  check ruff ruff check .
  check format ruff format --check .
  check mypy mypy
  check imports lint-imports
  check pytest python -m pytest -q "$@"
  say "== 结果 / Results"
  printf '%s\n' "${results[@]}" >&2
  return "$failed"
}

case ${1:-} in
  setup) setup; say "就绪 / Ready: .venv/bin/jiceng" ;;
  demo) shift; setup; exec .venv/bin/jiceng demo "$@" ;;
  run) shift; setup; exec .venv/bin/jiceng "$@" ;;
  test) shift; setup; run_checks "$@" ;;
  *) sed -n '2,7s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
