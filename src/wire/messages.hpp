#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "model/facts.hpp"
#include "model/report.hpp"
#include "wire/paths.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The messages between agent and server. Each names its kind and version; `encode` writes canonical JSON; `decode`
/// checks types and bounds (`invalid`) and the kind (`unsupported`), and ignores members that it does not know, so
/// that agents and servers one version apart understand each other. Signed things travel inside as base64 of their
/// exact bytes and are judged by `trust`.
namespace flyball::wire {

using Query = std::multimap<std::string, std::string, std::less<>>;  ///< Names and values, decoded.

/// What a device must know to believe the server, and a nonce to enrol with. Not secret.
struct TrustAnswer {
  static constexpr std::string_view kind = "flyball-trust-answer@v1";
  Bytes document;      ///< Exact bytes of trust document version 1: its digest is what tokens pin.
  Bytes nonce;         ///< For one enrolment within some minutes.
  std::string ca_pem;  ///< The CA that `online.ca` of the document names.

  Bytes encode() const;
  static Result<TrustAnswer> decode(std::string_view bytes);
  bool operator==(const TrustAnswer&) const = default;
};

/// Sending it again with the same key is answered as the first time: answers get lost.
struct EnrollRequest {
  static constexpr std::string_view kind = "flyball-enroll-request@v1";
  Bytes claim;                      ///< Exact bytes of trust's `EnrollClaim`.
  std::vector<Bytes> signatures;    ///< SSHSIG blobs over it, by the token's key; one for now.
  std::string certificate_request;  ///< PKCS #10, PEM, for the claim's key.
  Facts facts;
  std::string agent_version;

  Bytes encode() const;
  static Result<EnrollRequest> decode(std::string_view bytes);
  bool operator==(const EnrollRequest&) const = default;
};

struct EnrollAnswer {
  static constexpr std::string_view kind = "flyball-enroll-answer@v1";
  bool pending = false;         ///< Somebody must accept the device first; ask again later.
  std::string certificate_pem;  ///< Leaf first. Empty when pending.
  std::string ca_pem;           ///< Whom to believe from now on. Empty when pending.

  Bytes encode() const;
  static Result<EnrollAnswer> decode(std::string_view bytes);
  bool operator==(const EnrollAnswer&) const = default;
};

/// Needs no valid certificate: the request is signed by the key that the device enrolled with, and the answer is of
/// use only to who has its private half. So long sleepers return.
struct RenewRequest {
  static constexpr std::string_view kind = "flyball-renew-request@v1";
  std::string certificate_request;  ///< PKCS #10, PEM.

  Bytes encode() const;
  static Result<RenewRequest> decode(std::string_view bytes);
  bool operator==(const RenewRequest&) const = default;
};

struct RenewAnswer {
  static constexpr std::string_view kind = "flyball-renew-answer@v1";
  std::string certificate_pem;
  std::string ca_pem;

  Bytes encode() const;
  static Result<RenewAnswer> decode(std::string_view bytes);
  bool operator==(const RenewAnswer&) const = default;
};

/// The parameters of `GET /agent/v1/desired`. Answered at once when any differs from what the server has.
struct DesiredQuery {
  std::optional<Digest> have;  ///< The manifest in force on the device; none yet.
  std::optional<Digest> seen;  ///< The last statement that it accepted or refused; none yet.
  std::uint64_t trust = 0;     ///< Version of the trust document that it holds.
  std::uint64_t wake = 0;      ///< The last wake number that it was told.

  Query query() const;
  static Result<DesiredQuery> from(const Query& query);  ///< Unknown parameters are ignored.
  bool operator==(const DesiredQuery&) const = default;
};

/// 200. When nothing is new within the time limit the answer is 204 without a body.
struct DesiredAnswer {
  static constexpr std::string_view kind = "flyball-desired@v1";
  std::optional<Bytes> envelope;  ///< Exact bytes of trust's `Envelope`; none when only the wake number moved.
  std::uint64_t wake = 0;         ///< Raised by *sync*: look at the device now; nothing else.

  Bytes encode() const;
  static Result<DesiredAnswer> decode(std::string_view bytes);
  bool operator==(const DesiredAnswer&) const = default;
};

/// The newest status, and events not yet acknowledged, oldest first. Sending twice is harmless.
struct ReportMessage {
  static constexpr std::string_view kind = "flyball-report@v1";
  std::string boot;  ///< Boot id of the incarnation that speaks.
  std::optional<StatusReport> status;
  std::vector<DeviceEvent> events;

  Bytes encode() const;
  static Result<ReportMessage> decode(std::string_view bytes);
  bool operator==(const ReportMessage&) const = default;
};

struct ReportAnswer {
  static constexpr std::string_view kind = "flyball-report-answer@v1";
  std::uint64_t acknowledged = 0;  ///< Events up to this number are stored and may be forgotten.
  std::uint64_t wake = 0;
  std::optional<Digest> facts;  ///< Digest of the facts that the server has; when it is another, send them.

  Bytes encode() const;
  static Result<ReportAnswer> decode(std::string_view bytes);
  bool operator==(const ReportAnswer&) const = default;
};

/// An error, as RFC 9457 has it.
struct Problem {
  std::string type;  ///< `/docs/problems/<code>`
  std::string title;
  std::string code;  ///< One word for programs.
  int status = 0;
  std::string detail;  ///< For people.

  Bytes encode() const;
  static Result<Problem> decode(std::string_view bytes);
  bool operator==(const Problem&) const = default;
};

}  // namespace flyball::wire
