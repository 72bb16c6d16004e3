"""simcenter: contact-centre queue and staffing simulator."""
