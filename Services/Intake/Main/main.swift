import Intake
import ServiceKit

await Service.run(IntakeService.self)
