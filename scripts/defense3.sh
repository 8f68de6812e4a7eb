#!/bin/sh
cd "$(dirname "$0")/.." && exec npx countersign lab run T3 --only hardened
