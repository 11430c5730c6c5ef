#!/bin/sh
echo "files $1-$2"
