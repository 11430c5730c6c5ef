#!/usr/bin/env bash
# What was deleted after a snapshot is back when the snapshot is restored.
. "$(dirname "$0")/lib.sh"
play_well cluster
backups=$work/backups

# backup OPTION...: prints nothing; the newest snapshot is then the one that was made.
backup() { play_well backup-etcd -e "etcd_backup_dir=$backups" "$@"; }
newest() { find "$backups" -name '*.db' | sort | tail -n 1; }

kubectl create namespace kept >/dev/null
kubectl --namespace kept create configmap word --from-literal=word="before the snapshot" >/dev/null
backup
snapshot=$(newest)
[ "$(stat -c %a "$snapshot" "$snapshot.sha256" "$backups" | tr '\n' ' ')" = '600 600 700 ' ] || fail "others may read the snapshot"
(cd "$backups" && sha256sum --quiet --check ./*.sha256) || fail "the snapshot is not what its checksum says"
shown "backup-etcd.yml: $(du -k "$snapshot" | cut -f1) KiB, checked, on the controller, with mode 0600"

# The oldest go, and a snapshot that was damaged is not restored.
backup -e etcd_backup_keep=2
backup -e etcd_backup_keep=2
[ "$(find "$backups" -name '*.db' | wc -l)" = 2 ] || fail "not two snapshots are kept"
[ ! -e "$snapshot" ] || fail "the oldest snapshot is still there"
snapshot=$(newest)
cp "$snapshot" "$work/damaged.db"
sed 's/ .*/  damaged.db/' "$snapshot.sha256" >"$work/damaged.db.sha256"
printf 'x' | dd of="$work/damaged.db" bs=1 seek=4096 conv=notrunc status=none
! play restore-etcd -e restore_confirmed=yes -e "etcd_restore_from=$work/damaged.db" >"$work/damaged" || fail "a damaged snapshot was restored"
grep -q 'it is not whole' "$work/damaged" || { tail -n 20 "$work/damaged"; fail "the run does not say that the snapshot is damaged"; }

kubectl delete namespace kept >/dev/null
! play restore-etcd -e "etcd_backup_dir=$backups" </dev/null >"$work/unconfirmed" || fail "restored without having been told to"
! kubectl get namespace kept >/dev/null 2>&1 || fail "the namespace is not deleted"

began=$SECONDS
play_well restore-etcd -e restore_confirmed=yes -e "etcd_backup_dir=$backups"
[ "$(kubectl --namespace kept get configmap word --output 'jsonpath={.data.word}')" = "before the snapshot" ] || fail "the namespace is not back"
shown "restore-etcd.yml: the deleted namespace is back after $((SECONDS - began)) s"
play_well verify
play_well cluster
every_host "$work/cluster" ' changed=0 '
kubectl delete namespace kept >/dev/null
shown "after the restore verify.yml is green and cluster.yml has nothing to repair"
