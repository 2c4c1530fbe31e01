"""HTTP in front of the use cases: what stands before every resolver, and what its routes are made of.

A function imports this package before Powertools, for all that every function needs is imported here, in a
pause of the garbage collector, which is an eighth of a cold start. What only some functions need they import
from its module, as `tenantry.http.callers`.
"""

from tenantry.runtime import garbage_collection
from tenantry.runtime.postponing import postpone

with garbage_collection.paused():
    # Powertools' packages import every resolver and the events of every service.
    postpone(
        "aws_lambda_powertools.event_handler",
        dict.fromkeys(("APIGatewayRestResolver", "ApiGatewayResolver", "Response"), "api_gateway"),
    )
    postpone(
        "aws_lambda_powertools.utilities.data_classes",
        {
            "ALBEvent": "alb_event",
            "APIGatewayProxyEvent": "api_gateway_proxy_event",
            "APIGatewayProxyEventV2": "api_gateway_proxy_event",
            "BedrockAgentEvent": "bedrock_agent_event",
            "LambdaFunctionUrlEvent": "lambda_function_url_event",
            "VPCLatticeEvent": "vpc_lattice",
            "VPCLatticeEventV2": "vpc_lattice",
        },
    )
    from tenantry.http.handlers import lambda_handler
    from tenantry.http.openapi import responses

__all__ = ["lambda_handler", "responses"]
