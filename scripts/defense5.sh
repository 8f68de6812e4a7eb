#!/bin/sh
cd "$(dirname "$0")/.." && exec npx countersign lab run T5 --only hardened
