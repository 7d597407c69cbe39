// secp256k1 through OpenSSL.
#include "node/crypto/secp256k1.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <array>
#include <memory>

namespace lockstep::crypto {
namespace {

/// Frees what OpenSSL made.
template <auto Free>
struct FreedBy {
  void operator()(auto* made) const { Free(made); }
};
using Group = std::unique_ptr<EC_GROUP, FreedBy<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, FreedBy<EC_POINT_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreedBy<EVP_PKEY_CTX_free>>;
using Numbers = std::unique_ptr<ECDSA_SIG, FreedBy<ECDSA_SIG_free>>;
using Number = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;

/// The key as OpenSSL holds it; null when it is no point.
Key public_key(const Secp256k1Key& key) {
  // OpenSSL takes the parameters as pointers to non-const and only reads them.
  std::array<char, 10> group{"secp256k1"};
  Secp256k1Key copy = key;
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy.data.data(), copy.data.size()),
      OSSL_PARAM_construct_end()};
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY,
                        const_cast<OSSL_PARAM*>(parameters.data())) != 1) {
    return nullptr;
  }
  return Key(made);
}

/// The signature in DER; empty when OpenSSL refuses it.
base::Bytes der_of(const Secp256k1Signature& signature) {
  Numbers numbers(ECDSA_SIG_new());
  Number r(BN_bin2bn(signature.data.data(), 32, nullptr));
  Number s(BN_bin2bn(signature.data.data() + 32, 32, nullptr));
  if (numbers == nullptr || r == nullptr || s == nullptr ||
      ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) != 1) {
    return {};
  }
  // The signature owns its numbers from here on.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(numbers.get(), &der);
  if (length <= 0) {
    return {};
  }
  const base::Bytes bytes(der, der + length);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

std::optional<Secp256k1Point> secp256k1_point(const Secp256k1Key& key) {
  const Group group(EC_GROUP_new_by_curve_name(NID_secp256k1));
  const Point point(group == nullptr ? nullptr : EC_POINT_new(group.get()));
  std::array<std::uint8_t, 65> uncompressed{};
  if (point == nullptr ||
      EC_POINT_oct2point(group.get(), point.get(), key.data.data(), key.data.size(), nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, uncompressed.data(),
                         uncompressed.size(), nullptr) != uncompressed.size()) {
    return std::nullopt;
  }
  return Secp256k1Point::from(base::ByteView(uncompressed).subspan(1));
}

bool secp256k1_verify(const Secp256k1Key& key, const base::Bytes32& digest,
                      const Secp256k1Signature& signature) {
  const Key checked = public_key(key);
  const base::Bytes der = der_of(signature);
  if (checked == nullptr || der.empty()) {
    return false;
  }
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, checked.get(), nullptr));
  return context != nullptr && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(context.get(), der.data(), der.size(), digest.data.data(), digest.data.size()) == 1;
}

}  // namespace lockstep::crypto
