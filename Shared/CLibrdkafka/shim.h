#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// rd_kafka_producev is variadic, which Swift does not import. `headers` may not be null; librdkafka owns them
// afterwards if, and only if, the call succeeds.
static inline rd_kafka_resp_err_t produce_with_headers(rd_kafka_t *producer, rd_kafka_topic_t *topic, int32_t partition,
                                                       const void *key, size_t key_length, const void *value,
                                                       size_t value_length, rd_kafka_headers_t *headers,
                                                       void *message_opaque) {
  return rd_kafka_producev(producer, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
                           RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_length),
                           RD_KAFKA_V_VALUE((void *)value, value_length), RD_KAFKA_V_HEADERS(headers),
                           RD_KAFKA_V_OPAQUE(message_opaque), RD_KAFKA_V_END);
}
