import Referral
import ServiceKit

await Service.run(ReferralService.self)
