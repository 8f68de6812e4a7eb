#!/bin/sh
cd "$(dirname "$0")/.." && exec npx countersign lab run T1a --only weakened
