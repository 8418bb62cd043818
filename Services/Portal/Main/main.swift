import Portal
import ServiceKit

await Service.run(PortalService.self)
