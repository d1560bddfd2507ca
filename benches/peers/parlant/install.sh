#!/usr/bin/env bash
# Installs this peer into a virtual environment beside this file (about two minutes, once).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
python3 -m venv .venv
.venv/bin/pip install --quiet --requirement requirements.txt
