#pragma once
#include <sys/types.h>
#include <sys/select.h> // before event2: its configuration header changes fd_set
#include <event2/event.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>

// The TAILQ macros are not imported into Swift.
static inline struct evkeyval *evhttp_first_header(struct evkeyvalq *headers) { return headers->tqh_first; }
static inline struct evkeyval *evhttp_next_header(struct evkeyval *header) { return header->next.tqe_next; }

// A listener for a socket that is bound already; the option macros have casts, which are not imported either.
static inline struct evconnlistener *evconnlistener_new_bound(struct event_base *base, int backlog, int socket) {
  return evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, backlog, socket);
}
