/* A Blob server for benchmarks that costs next to nothing: it takes bodies and forgets them, and remembers what it was
 * given: size, Content-MD5, metadata, blocks. What it remembers can be listed, asked after and, for names that end in
 * .json, read. The blob /devstoreaccount1/served/mesh.bin is there from the start: the file named on the command line.
 *
 * A thread per connection; https when a certificate is given. Nobody's rights are checked, no digest is verified.
 *
 *   gcc -O2 -pthread blob_sink.c -o blob_sink -lssl -lcrypto
 *   blob_sink CERTIFICATE|- KEY|- [FILE BASE64_MD5]      prints its port
 *
 * GET /stats tells counts as JSON and begins them anew; GET /forget forgets all blobs, too.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MOST = 1 << 16, PIECE = 1 << 20, KEEP_MOST = 8 << 20, BUCKETS = 1 << 16, PAGE = 5000 };

/* What is remembered */

typedef struct { char id[128]; long long size; } Block;
typedef struct { Block *at; int count, room; } Blocks;
typedef struct Blob {
    struct Blob *next;
    char *name, *content;
    char *headers; /* x-ms-meta-... lines as they came */
    char *metadata; /* the same as XML */
    char md5[64];
    long long size; /* -1 = nothing committed */
    unsigned long long etag;
    Blocks committed, waiting;
} Blob;

static Blob *blobs[BUCKETS];
static unsigned long long etags = 0x8D0000000000000ULL;
static pthread_mutex_t memory = PTHREAD_MUTEX_INITIALIZER;
static atomic_llong puts_, blocks_, commits_, lists_, blocklists_, gets_, heads_, others_, received_, given_, connections_;
static SSL_CTX *tls;
static int file = -1;
static long long file_size;
static const char *file_md5 = "";
static const char *const SERVED = "/devstoreaccount1/served/mesh.bin";

static unsigned bucket(const char *name) {
    unsigned hash = 5381;
    while (*name) hash = hash * 33 + (unsigned char)*name++;
    return hash % BUCKETS;
}

static Blob *find(const char *name, int make) {
    Blob **slot = &blobs[bucket(name)];
    for (Blob *blob = *slot; blob; blob = blob->next)
        if (!strcmp(blob->name, name)) return blob;
    if (!make) return NULL;
    Blob *blob = calloc(1, sizeof *blob);
    blob->name = strdup(name);
    blob->size = -1;
    blob->next = *slot;
    return *slot = blob;
}

static void add_block(Blocks *list, const char *id, long long size) {
    for (int i = 0; i < list->count; i++)
        if (!strcmp(list->at[i].id, id)) { list->at[i].size = size; return; }
    if (list->count == list->room) list->at = realloc(list->at, (list->room = list->room * 2 + 64) * sizeof(Block));
    snprintf(list->at[list->count].id, sizeof list->at->id, "%s", id);
    list->at[list->count++].size = size;
}

static const Block *find_block(const Blocks *list, const char *id) {
    for (int i = 0; i < list->count; i++)
        if (!strcmp(list->at[i].id, id)) return &list->at[i];
    return NULL;
}

/* Text */

typedef struct { char *at; size_t size, room; } Text;

static void say(Text *text, const char *format, ...) {
    for (;;) {
        va_list values;
        va_start(values, format);
        size_t left = text->room - text->size;
        int wanted = vsnprintf(text->at ? text->at + text->size : NULL, text->at ? left : 0, format, values);
        va_end(values);
        if (text->at && (size_t)wanted < left) { text->size += wanted; return; }
        text->at = realloc(text->at, text->room = (text->room + wanted) * 2 + 256);
    }
}

static void say_xml(Text *text, const char *raw) {
    for (; *raw; raw++)
        if (*raw == '&') say(text, "&amp;");
        else if (*raw == '<') say(text, "&lt;");
        else say(text, "%c", *raw);
}

static char *unquoted(const char *raw, size_t size) {
    char *plain = malloc(size + 1), *end = plain;
    for (size_t i = 0; i < size; i++) {
        unsigned value;
        if (raw[i] == '%' && i + 2 < size + 0 && sscanf(raw + i + 1, "%2x", &value) == 1) { *end++ = (char)value; i += 2; }
        else *end++ = raw[i];
    }
    *end = 0;
    return plain;
}

/* Value of a word of the query, unquoted; to be freed; NULL = it is not there. */
static char *word(const char *query, const char *name) {
    size_t length = strlen(name);
    for (const char *at = query; at && *at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL)
        if (!strncmp(at, name, length) && at[length] == '=') return unquoted(at + length + 1, strcspn(at + length + 1, "&"));
    return NULL;
}

static int is_word(const char *query, const char *name, const char *value) {
    char *found = word(query, name);
    int is = found && !strcmp(found, value);
    free(found);
    return is;
}

/* One connection */

typedef struct { int fd; SSL *ssl; char *buffer, *scratch; size_t have; } Wire;
typedef struct { char *raw, *name, *query; char method[16]; long long size; } Asked;

static ssize_t get_bytes(Wire *wire, void *into, size_t most) {
    return wire->ssl ? SSL_read(wire->ssl, into, (int)most) : recv(wire->fd, into, most, 0);
}

static int put_bytes(Wire *wire, const char *from, size_t size) {
    while (size) {
        ssize_t done = wire->ssl ? SSL_write(wire->ssl, from, (int)(size < PIECE ? size : PIECE)) : send(wire->fd, from, size, MSG_NOSIGNAL);
        if (done <= 0) return -1;
        from += done;
        size -= done;
    }
    return 0;
}

static int header(const Asked *asked, const char *name, char *into, size_t room) {
    size_t length = strlen(name);
    for (const char *at = asked->raw; (at = strstr(at, "\r\n")); ) {
        at += 2;
        if (strncasecmp(at, name, length) || at[length] != ':') continue;
        at += length + 1 + strspn(at + length + 1, " ");
        snprintf(into, room, "%.*s", (int)strcspn(at, "\r"), at);
        return 1;
    }
    *into = 0;
    return 0;
}

/* Read a body and forget it, or keep it: to be freed. Returns -1 when the connection is over. */
static int take_body(Wire *wire, long long size, char **kept) {
    char *keep = kept && size <= KEEP_MOST ? malloc(size + 1) : NULL;
    long long done = 0;
    size_t early = (long long)wire->have < size ? wire->have : (size_t)size;
    if (keep) memcpy(keep, wire->buffer, early);
    memmove(wire->buffer, wire->buffer + early, wire->have - early);
    wire->have -= early;
    done = early;
    received_ += early;
    while (done < size) {
        long long left = size - done;
        ssize_t got;
        if (keep) got = get_bytes(wire, keep + done, left);
        else if (wire->ssl) got = SSL_read(wire->ssl, wire->scratch, (int)(left < PIECE ? left : PIECE));
        else got = recv(wire->fd, wire->scratch, left < 4 * PIECE ? left : 4 * PIECE, MSG_TRUNC);
        if (got <= 0) { free(keep); return -1; }
        done += got;
        received_ += got;
    }
    if (keep) { keep[size] = 0; *kept = keep; }
    return 0;
}

static int answer(Wire *wire, int status, const char *more, const char *type, const char *body, size_t size, int with_body) {
    char date[64];
    time_t now = time(NULL);
    struct tm parts;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
    Text head = {0};
    say(&head, "HTTP/1.1 %d Told\r\nServer: sink\r\nx-ms-request-id: 00000000-0000-0000-0000-000000000000\r\n"
               "x-ms-version: 2021-12-02\r\nDate: %s\r\n%s%s%s%sContent-Length: %zu\r\n\r\n",
        status, date, more, *type ? "Content-Type: " : "", type, *type ? "\r\n" : "", size);
    int bad = put_bytes(wire, head.at, head.size) || (with_body && size && put_bytes(wire, body, size));
    free(head.at);
    return bad ? -1 : 0;
}

static int refuse(Wire *wire, int status, const char *code, int with_body) {
    Text body = {0};
    char more[128];
    say(&body, "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>%s</Code><Message>no</Message></Error>", code);
    snprintf(more, sizeof more, "x-ms-error-code: %s\r\n", code);
    int bad = answer(wire, status, more, "application/xml", body.at, body.size, with_body);
    free(body.at);
    return bad;
}

/* Take metadata and digest from a request's head; the lock is held. */
static void describe(Blob *blob, const Asked *asked) {
    Text headers = {0}, xml = {0};
    say(&headers, "");
    say(&xml, "");
    for (const char *at = asked->raw; (at = strstr(at, "\r\n")); ) {
        at += 2;
        if (strncasecmp(at, "x-ms-meta-", 10)) continue;
        int name = (int)strcspn(at, ":"), line = (int)strcspn(at, "\r");
        const char *value = at + name + 1 + strspn(at + name + 1, " ");
        say(&headers, "%.*s\r\n", line, at);
        say(&xml, "<%.*s>%.*s</%.*s>", name - 10, at + 10, (int)(at + line - value), value, name - 10, at + 10);
    }
    free(blob->headers);
    free(blob->metadata);
    blob->headers = headers.at;
    blob->metadata = xml.at;
    if (!header(asked, "x-ms-blob-content-md5", blob->md5, sizeof blob->md5) && blob->waiting.count == 0)
        header(asked, "content-md5", blob->md5, sizeof blob->md5);
    blob->etag = ++etags;
}

static int may_write(const Blob *blob, const Asked *asked) {
    char wanted[64], there[64];
    if (header(asked, "if-none-match", wanted, sizeof wanted) && blob->size >= 0) return 409;
    if (!header(asked, "if-match", wanted, sizeof wanted)) return 0;
    snprintf(there, sizeof there, "\"0x%llX\"", blob->etag);
    return blob->size >= 0 && !strcmp(wanted, there) ? 0 : 412;
}

static int written(Wire *wire, const Blob *blob, const char *md5) {
    char more[256];
    int size = snprintf(more, sizeof more, "ETag: \"0x%llX\"\r\nLast-Modified: Sat, 01 Nov 2025 00:00:00 GMT\r\nx-ms-request-server-encrypted: true\r\n", blob->etag);
    if (*md5) snprintf(more + size, sizeof more - size, "Content-MD5: %s\r\n", md5);
    return answer(wire, 201, more, "", "", 0, 0);
}

static int put_block(Wire *wire, const Asked *asked) {
    char md5[64], *id = word(asked->query, "blockid");
    blocks_++;
    if (take_body(wire, asked->size, NULL)) { free(id); return -1; }
    header(asked, "content-md5", md5, sizeof md5);
    pthread_mutex_lock(&memory);
    Blob *blob = find(asked->name, 1);
    add_block(&blob->waiting, id ? id : "", asked->size);
    pthread_mutex_unlock(&memory);
    free(id);
    return written(wire, blob, md5);
}

static int commit(Wire *wire, const Asked *asked) {
    char *body = NULL;
    commits_++;
    if (take_body(wire, asked->size, &body)) return -1;
    pthread_mutex_lock(&memory);
    Blob *blob = find(asked->name, 1);
    int bad = may_write(blob, asked);
    Blocks wanted = {0};
    long long size = 0;
    for (char *at = body; !bad && at && (at = strstr(at, "</")); at += 2) {
        char *from = at;
        while (from > body && from[-1] != '>') from--;
        if (from == at || strspn(from, " \r\n") == (size_t)(at - from)) continue;
        char id[128];
        snprintf(id, sizeof id, "%.*s", (int)(at - from), from);
        const Block *block = find_block(&blob->waiting, id);
        if (!block) block = find_block(&blob->committed, id);
        if (!block) { bad = 400; break; }
        size += block->size;
        add_block(&wanted, id, block->size);
    }
    if (!bad) {
        describe(blob, asked);
        free(blob->committed.at);
        free(blob->waiting.at);
        blob->committed = wanted;
        blob->waiting = (Blocks){0};
        blob->size = size;
    } else free(wanted.at);
    pthread_mutex_unlock(&memory);
    free(body);
    if (bad) return refuse(wire, bad, bad == 400 ? "InvalidBlockList" : bad == 409 ? "BlobAlreadyExists" : "ConditionNotMet", 1);
    return written(wire, blob, "");
}

static int put_blob(Wire *wire, const Asked *asked) {
    char md5[64], *content = NULL;
    size_t length = strlen(asked->name);
    int keeps = length > 5 && !strcmp(asked->name + length - 5, ".json");
    puts_++;
    header(asked, "content-md5", md5, sizeof md5);
    if (take_body(wire, asked->size, keeps ? &content : NULL)) return -1;
    pthread_mutex_lock(&memory);
    Blob *blob = find(asked->name, 1);
    int bad = may_write(blob, asked);
    if (!bad) {
        free(blob->content);
        blob->content = content;
        blob->waiting = (Blocks){0};
        blob->committed = (Blocks){0};
        describe(blob, asked);
        blob->size = asked->size;
    }
    pthread_mutex_unlock(&memory);
    if (bad) { free(content); return refuse(wire, bad, bad == 409 ? "BlobAlreadyExists" : "ConditionNotMet", 1); }
    return written(wire, blob, md5);
}

static int tell_blocks(Wire *wire, const Asked *asked) {
    Text body = {0};
    blocklists_++;
    pthread_mutex_lock(&memory);
    Blob *blob = find(asked->name, 0);
    if (blob) {
        say(&body, "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
        for (int part = 0; part < 2; part++) {
            const Blocks *list = part ? &blob->waiting : &blob->committed;
            say(&body, part ? "<UncommittedBlocks>" : "<CommittedBlocks>");
            for (int i = 0; i < list->count; i++)
                say(&body, "<Block><Name>%s</Name><Size>%lld</Size></Block>", list->at[i].id, list->at[i].size);
            say(&body, part ? "</UncommittedBlocks>" : "</CommittedBlocks>");
        }
        say(&body, "</BlockList>");
    }
    pthread_mutex_unlock(&memory);
    if (!blob) return refuse(wire, 404, "BlobNotFound", 1);
    int bad = answer(wire, 200, "", "application/xml", body.at, body.size, 1);
    free(body.at);
    return bad;
}

static int by_name(const void *a, const void *b) {
    return strcmp((*(Blob *const *)a)->name, (*(Blob *const *)b)->name);
}

static void tell_row(Text *body, const Blob *blob, const char *name) {
    say(body, "<Blob><Name>");
    say_xml(body, name);
    say(body, "</Name><Properties><Creation-Time>Sat, 01 Nov 2025 00:00:00 GMT</Creation-Time><Last-Modified>Sat, 01 Nov 2025 00:00:00 GMT</Last-Modified>"
              "<Etag>0x%llX</Etag><Content-Length>%lld</Content-Length><Content-Type>application/octet-stream</Content-Type>"
              "<Content-MD5>%s</Content-MD5><BlobType>BlockBlob</BlobType><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>"
              "</Properties><Metadata>%s</Metadata></Blob>", blob->etag, blob->size, blob->md5, blob->metadata);
}

static int list(Wire *wire, const Asked *asked) {
    char *prefix = word(asked->query, "prefix"), *delimiter = word(asked->query, "delimiter"), *marker = word(asked->query, "marker");
    char *most = word(asked->query, "maxresults");
    int room = most ? atoi(most) : PAGE, count = 0, told = 0, some = 0;
    Text body = {0}, start = {0}, last = {0};
    lists_++;
    say(&start, "%s/%s", asked->name, prefix ? prefix : "");
    say(&body, "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"http://sink/\" ContainerName=\"c\"><Blobs>");
    say(&last, "");
    pthread_mutex_lock(&memory);
    Blob **found = NULL;
    for (int i = 0; i < BUCKETS; i++)
        for (Blob *blob = blobs[i]; blob; blob = blob->next) {
            if (blob->size < 0 || strncmp(blob->name, start.at, start.size)) continue;
            if (count == some) found = realloc(found, (some = some * 2 + 64) * sizeof *found);
            found[count++] = blob;
        }
    if (count) qsort(found, count, sizeof *found, by_name);
    const char *next = "";
    size_t below = strlen(asked->name) + 1;
    for (int i = 0; i < count; i++) {
        const char *name = found[i]->name + below, *end = delimiter && *delimiter ? strstr(found[i]->name + start.size, delimiter) : NULL;
        if (marker && *marker && strcmp(name, marker) < 0) continue;
        if (told == room) { next = name; break; }
        if (!end) { tell_row(&body, found[i], name); told++; continue; }
        size_t size = end + strlen(delimiter) - name;
        if (last.size == size && !strncmp(last.at, name, size)) continue;
        last.size = 0;
        say(&last, "%.*s", (int)size, name);
        say(&body, "<BlobPrefix><Name>");
        say_xml(&body, last.at);
        say(&body, "</Name></BlobPrefix>");
        told++;
    }
    say(&body, "</Blobs><NextMarker>");
    say_xml(&body, next);
    say(&body, "</NextMarker></EnumerationResults>");
    pthread_mutex_unlock(&memory);
    int bad = answer(wire, 200, "", "application/xml", body.at, body.size, 1);
    free(found); free(body.at); free(start.at); free(last.at); free(prefix); free(delimiter); free(marker); free(most);
    return bad;
}

static int give_file(Wire *wire, long long from, long long size) {
    off_t at = from;
    while (size > 0) {
        ssize_t done;
        if (!wire->ssl) {
            done = sendfile(wire->fd, file, &at, size < 16 * PIECE ? size : 16 * PIECE);
            if (done <= 0) return -1;
        } else {
            done = pread(file, wire->scratch, size < PIECE ? size : PIECE, at);
            if (done <= 0 || put_bytes(wire, wire->scratch, done)) return -1;
            at += done;
        }
        size -= done;
        given_ += done;
    }
    return 0;
}

static int give(Wire *wire, const Asked *asked, int with_body) {
    char range[128], more[4096], md5[64] = "", headers[2048] = "";
    unsigned long long etag = 0x8DULL;
    long long size = -1, from, to;
    char *content = NULL;
    if (with_body) gets_++; else heads_++;
    pthread_mutex_lock(&memory);
    Blob *blob = find(asked->name, 0);
    if (blob && blob->size >= 0) {
        size = blob->size;
        etag = blob->etag;
        strcpy(md5, blob->md5);
        snprintf(headers, sizeof headers, "%s", blob->headers ? blob->headers : "");
        if (with_body && blob->content) { content = malloc(size + 1); memcpy(content, blob->content, size); }
    }
    pthread_mutex_unlock(&memory);
    int is_file = file >= 0 && !strcmp(asked->name, SERVED);
    if (size < 0) return refuse(wire, 404, "BlobNotFound", with_body);
    if (with_body && !content && !is_file) return refuse(wire, 501, "BodyForgotten", 1);
    if (!header(asked, "x-ms-range", range, sizeof range)) header(asked, "range", range, sizeof range);
    from = 0;
    to = size - 1;
    char *equals = strchr(range, '='), *dash = equals ? strchr(equals, '-') : NULL;
    if (dash) { from = atoll(equals + 1); if (dash[1]) to = atoll(dash + 1); if (to > size - 1) to = size - 1; }
    int used = snprintf(more, sizeof more, "ETag: \"0x%llX\"\r\nLast-Modified: Sat, 01 Nov 2025 00:00:00 GMT\r\nx-ms-creation-time: Sat, 01 Nov 2025 00:00:00 GMT\r\nx-ms-blob-type: BlockBlob\r\n"
        "Accept-Ranges: bytes\r\nx-ms-lease-status: unlocked\r\nx-ms-lease-state: available\r\nx-ms-server-encrypted: true\r\n%s", etag, headers);
    if (*md5) used += snprintf(more + used, sizeof more - used, "%s: %s\r\n", dash && with_body ? "x-ms-blob-content-md5" : "Content-MD5", md5);
    if (dash && with_body) snprintf(more + used, sizeof more - used, "Content-Range: bytes %lld-%lld/%lld\r\n", from, to, size);
    int bad = answer(wire, dash && with_body ? 206 : 200, more, "application/octet-stream", content ? content + from : "", to - from + 1, content != NULL);
    free(content);
    return bad ? bad : with_body && is_file ? give_file(wire, from, to - from + 1) : 0;
}

static void forget(void) {
    pthread_mutex_lock(&memory);
    memset(blobs, 0, sizeof blobs);
    if (file >= 0) {
        Blob *blob = find(SERVED, 1);
        blob->size = file_size;
        blob->metadata = blob->headers = "";
        blob->etag = ++etags;
        snprintf(blob->md5, sizeof blob->md5, "%s", file_md5);
    }
    pthread_mutex_unlock(&memory);
}

static int tell_stats(Wire *wire) {
    Text body = {0};
    say(&body, "{\"puts\": %lld, \"blocks\": %lld, \"commits\": %lld, \"lists\": %lld, \"blocklists\": %lld, \"gets\": %lld, \"heads\": %lld, \"others\": %lld, \"received\": %lld, \"given\": %lld, \"connections\": %lld}\n",
        (long long)puts_, (long long)blocks_, (long long)commits_, (long long)lists_, (long long)blocklists_, (long long)gets_,
        (long long)heads_, (long long)others_, (long long)received_, (long long)given_, (long long)connections_);
    puts_ = blocks_ = commits_ = lists_ = blocklists_ = gets_ = heads_ = others_ = received_ = given_ = connections_ = 0;
    int bad = answer(wire, 200, "", "application/json", body.at, body.size, 1);
    free(body.at);
    return bad;
}

static int serve(Wire *wire, const Asked *asked) {
    int is_put = !strcmp(asked->method, "PUT"), is_get = !strcmp(asked->method, "GET");
    if (!strcmp(asked->name, "/stats")) return tell_stats(wire);
    if (!strcmp(asked->name, "/forget")) { forget(); return tell_stats(wire); }
    if (is_put && is_word(asked->query, "comp", "block")) return put_block(wire, asked);
    if (is_put && is_word(asked->query, "comp", "blocklist")) return commit(wire, asked);
    if (is_put && !strstr(asked->query, "comp=") && !strstr(asked->query, "restype=")) return put_blob(wire, asked);
    if (is_get && is_word(asked->query, "comp", "list")) return list(wire, asked);
    if (is_get && is_word(asked->query, "comp", "blocklist")) return tell_blocks(wire, asked);
    if ((is_get || !strcmp(asked->method, "HEAD")) && !strstr(asked->query, "restype=")) return give(wire, asked, is_get);
    others_++;
    if (take_body(wire, asked->size, NULL)) return -1;
    return answer(wire, is_put ? 201 : 200, "ETag: \"0x8D\"\r\nLast-Modified: Sat, 01 Nov 2025 00:00:00 GMT\r\nx-ms-sku-name: Standard_LRS\r\nx-ms-account-kind: StorageV2\r\n", "", "", 0, 0);
}

/* Read the next head; 0 = the connection is over. */
static int read_head(Wire *wire, Asked *asked) {
    char *end;
    while (!(end = memmem(wire->buffer, wire->have, "\r\n\r\n", 4))) {
        if (wire->have >= HEAD_MOST) return 0;
        ssize_t got = get_bytes(wire, wire->buffer + wire->have, HEAD_MOST - wire->have);
        if (got <= 0) return 0;
        wire->have += got;
    }
    size_t size = end + 4 - wire->buffer;
    asked->raw = strndup(wire->buffer, size - 2);
    memmove(wire->buffer, wire->buffer + size, wire->have - size);
    wire->have -= size;
    char length[64], *target = asked->raw + strcspn(asked->raw, " ") + 1;
    snprintf(asked->method, sizeof asked->method, "%.*s", (int)strcspn(asked->raw, " "), asked->raw);
    size_t path = strcspn(target, "? \r");
    asked->name = unquoted(target, path);
    asked->query = target[path] == '?' ? strndup(target + path + 1, strcspn(target + path + 1, " \r")) : strdup("");
    asked->size = header(asked, "content-length", length, sizeof length) ? atoll(length) : 0;
    return 1;
}

static void *talk(void *given) {
    int one = 1;
    Wire wire = {.fd = (int)(long)given};
    connections_++;
    setsockopt(wire.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    wire.buffer = malloc(HEAD_MOST + 1);
    wire.scratch = malloc(4 * PIECE);
    if (tls) {
        wire.ssl = SSL_new(tls);
        SSL_set_fd(wire.ssl, wire.fd);
    }
    for (int goes_on = !tls || SSL_accept(wire.ssl) > 0; goes_on;) {
        Asked asked;
        if (!read_head(&wire, &asked)) break;
        char expect[32];
        if (header(&asked, "expect", expect, sizeof expect)) put_bytes(&wire, "HTTP/1.1 100 Continue\r\n\r\n", 25);
        goes_on = serve(&wire, &asked) == 0;
        free(asked.raw);
        free(asked.name);
        free(asked.query);
    }
    if (wire.ssl) SSL_free(wire.ssl);
    close(wire.fd);
    free(wire.buffer);
    free(wire.scratch);
    return NULL;
}

int main(int count, char **words) {
    signal(SIGPIPE, SIG_IGN);
    if (count < 3) return 2;
    if (strcmp(words[1], "-")) {
        tls = SSL_CTX_new(TLS_server_method());
        if (SSL_CTX_use_certificate_file(tls, words[1], SSL_FILETYPE_PEM) != 1 || SSL_CTX_use_PrivateKey_file(tls, words[2], SSL_FILETYPE_PEM) != 1) return 3;
        SSL_CTX_set_read_ahead(tls, 1);
    }
    if (count > 4) {
        struct stat facts;
        file = open(words[3], O_RDONLY);
        if (file < 0 || fstat(file, &facts)) return 4;
        file_size = facts.st_size;
        file_md5 = words[4];
    }
    forget();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int ear = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(ear, (void *)&address, size) || listen(ear, 512) || getsockname(ear, (void *)&address, &size)) return 5;
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&small, 1 << 18);
    for (;;) {
        pthread_t thread;
        int fd = accept(ear, NULL, NULL);
        if (fd >= 0 && pthread_create(&thread, &small, talk, (void *)(long)fd)) close(fd);
    }
}
