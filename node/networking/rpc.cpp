// Reading and writing of gossipsub's protobuf RPC.
#include "node/networking/rpc.h"

#include <cstdint>
#include <optional>

#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

constexpr std::uint64_t kVarint = 0;
constexpr std::uint64_t kFixed64 = 1;
constexpr std::uint64_t kLengthDelimited = 2;
constexpr std::uint64_t kFixed32 = 5;

constexpr std::uint8_t tag(std::uint8_t field, std::uint64_t wire_type) {
  return static_cast<std::uint8_t>((std::uint64_t{field} << 3) | wire_type);
}

/// One field of a protobuf message: its number and either a number or a run of bytes.
struct Field {
  std::uint64_t number = 0;
  std::uint64_t wire_type = 0;
  std::uint64_t value = 0;
  base::ByteView bytes;
};

/// Reads the field at `at`, which is before the end; false when it is malformed.
inline bool read_field(base::ByteView in, std::size_t& at, Field& field) {
  const std::optional<std::uint64_t> key = read_varint(in, at);
  if (!key) {
    return false;
  }
  field.number = *key >> 3;
  field.wire_type = *key & 7;
  std::uint64_t length = 0;
  if (field.wire_type == kLengthDelimited || field.wire_type == kVarint) {
    const std::optional<std::uint64_t> number = read_varint(in, at);
    if (!number) {
      return false;
    }
    field.value = *number;
    if (field.wire_type == kVarint) {
      return true;
    }
    length = *number;
  } else if (field.wire_type == kFixed64) {
    length = 8;
  } else if (field.wire_type == kFixed32) {
    length = 4;
  } else {
    return false;
  }
  if (length > in.size() - at) {
    return false;
  }
  field.bytes = in.subspan(at, length);
  at += length;
  return true;
}

std::string_view as_text(base::ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool decode_subscription(base::ByteView in, SubscriptionView& out) {
  Field field;
  for (std::size_t at = 0; at < in.size();) {
    if (!read_field(in, at, field)) {
      return false;
    }
    if (field.number == 1 && field.wire_type == kVarint) {
      out.subscribe = field.value != 0;
    } else if (field.number == 2 && field.wire_type == kLengthDelimited) {
      out.topic = as_text(field.bytes);
    }
  }
  return true;
}

bool decode_message(base::ByteView in, MessageView& out) {
  Field field;
  for (std::size_t at = 0; at < in.size();) {
    if (!read_field(in, at, field)) {
      return false;
    }
    if (field.number == 2 && field.wire_type == kLengthDelimited) {
      out.data = field.bytes;
    } else if (field.number == 4 && field.wire_type == kLengthDelimited) {
      out.topic = as_text(field.bytes);
    }
  }
  return true;
}

std::size_t delimited_size(std::size_t length) {
  return 1 + varint_size(length) + length;
}

std::size_t message_size(const MessageView& message) {
  return (message.data.empty() ? 0 : delimited_size(message.data.size())) +
         (message.topic.empty() ? 0 : delimited_size(message.topic.size()));
}

std::size_t subscription_size(const SubscriptionView& subscription) {
  return 2 + (subscription.topic.empty() ? 0 : delimited_size(subscription.topic.size()));
}

void append_bytes(base::Bytes& out, std::uint8_t field, base::ByteView bytes) {
  out.push_back(tag(field, kLengthDelimited));
  append_varint(out, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

base::ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

void RpcView::clear() {
  subscriptions.clear();
  publish.clear();
  control = {};
}

bool decode_rpc(base::ByteView in, RpcView& out) {
  out.clear();
  Field field;
  for (std::size_t at = 0; at < in.size();) {
    if (!read_field(in, at, field)) {
      return false;
    }
    if (field.wire_type != kLengthDelimited) {
      continue;
    }
    if (field.number == 1) {
      if (!decode_subscription(field.bytes, out.subscriptions.emplace_back())) {
        return false;
      }
    } else if (field.number == 2) {
      if (!decode_message(field.bytes, out.publish.emplace_back())) {
        return false;
      }
    } else if (field.number == 3) {
      out.control = field.bytes;
    }
  }
  return true;
}

void encode_rpc(const RpcView& rpc, base::Bytes& out) {
  for (const SubscriptionView& subscription : rpc.subscriptions) {
    out.push_back(tag(1, kLengthDelimited));
    append_varint(out, subscription_size(subscription));
    out.push_back(tag(1, kVarint));
    out.push_back(subscription.subscribe ? 1 : 0);
    if (!subscription.topic.empty()) {
      append_bytes(out, 2, as_bytes(subscription.topic));
    }
  }
  for (const MessageView& message : rpc.publish) {
    out.push_back(tag(2, kLengthDelimited));
    append_varint(out, message_size(message));
    if (!message.data.empty()) {
      append_bytes(out, 2, message.data);
    }
    if (!message.topic.empty()) {
      append_bytes(out, 4, as_bytes(message.topic));
    }
  }
  if (!rpc.control.empty()) {
    append_bytes(out, 3, rpc.control);
  }
}

std::size_t encoded_publish_size(const MessageView& message) {
  return delimited_size(message_size(message));
}

}  // namespace lockstep::networking
