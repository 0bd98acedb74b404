#!/bin/sh
# Makes the two certificates by which scheduler and nodes of a cluster know each other, for the vault: certificates.sh FOLDER
# writes FOLDER/schedulerCertificate.pem and FOLDER/nodeCertificate.pem (key, certificate, authority). Put them there as the
# secrets of these names and delete the files. The authority's own key is not kept.
set -eu
umask 077
folder=${1:?"usage: certificates.sh FOLDER"}
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() {
    openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl pkcs8 -topk8 -nocrypt
}
key >"$work/ca.key"
openssl req -x509 -new -key "$work/ca.key" -days 3650 -subj "/CN=Tiepoint authority" -out "$work/ca.pem" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
cat >"$work/use" <<USE
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth,clientAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
USE
for role in scheduler node; do
    key >"$work/$role.key"
    openssl req -new -key "$work/$role.key" -subj "/CN=Tiepoint $role" -out "$work/$role.csr"
    openssl x509 -req -in "$work/$role.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 3650 \
        -extfile "$work/use" -out "$work/$role.pem" 2>/dev/null
    cat "$work/$role.key" "$work/$role.pem" "$work/ca.pem" >"$folder/${role}Certificate.pem"
done
