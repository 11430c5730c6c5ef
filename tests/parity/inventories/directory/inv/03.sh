#!/bin/sh
echo '{"g":{"hosts":["c"],"vars":{"xs":"script"}},"_meta":{"hostvars":{"c":{"x1":"script"}}}}'
